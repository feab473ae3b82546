"""Endpoints of files that belong to a case. They are served as downloads and never as what they say they are."""

from django.http import FileResponse
from ninja import File, Router
from ninja.files import UploadedFile

from tierline.api import told
from tierline.api.calling import Id, Reference, number_of
from tierline.api.door import Call
from tierline.api.telling import attachment_told
from tierline.cases import queries
from tierline.cases.actions.attaching import attach
from tierline.foundation.clock import now
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import NotAllowed, Unusable

router = Router(tags=["attachments"])
FILE = {"200": {"description": "The bytes", "content": {"application/octet-stream": {"schema": {"format": "binary"}}}}}


@router.get("/{reference}/attachments", response=told.Attachments, summary="List a case's files")
def list_files(request: Call, reference: Reference) -> told.Attachments:
    """The files of a case, oldest first."""
    files = queries.attachments(request.auth, number_of(reference))
    return told.Attachments(attachments=[attachment_told(file) for file in files])


@router.post("/{reference}/attachments", response={201: told.AttachmentMade}, summary="Attach a file")
def attach_file(request: Call, reference: Reference, file: File[UploadedFile]) -> told.AttachmentMade:
    """Keep a picture, a PDF or a text file of up to 10 MiB with a case; other kinds are not allowed (403)."""
    number = number_of(reference)
    try:
        made = attach(request.auth, number, file.name or "", file.chunks(), at=now())
    except Unusable as refused:
        # The call fits the schema; this kind of file is what is not allowed here.
        raise NotAllowed(str(refused)) from refused
    return told.AttachmentMade(reference=case_reference(number), attachment=made)


@router.get("/{reference}/attachments/{attachment_id}", summary="Download a file", openapi_extra={"responses": FILE})
def download(request: Call, reference: Reference, attachment_id: Id) -> FileResponse:
    """The bytes, always as a download."""
    view, path = queries.attachment_file(request.auth, number_of(reference), attachment_id)
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=view.name, content_type="application/octet-stream"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
