"""Files of a case: attaching and downloading. Never shows one in the browser: a file of a stranger is not run here."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from tierline.cases.actions.attaching import attach
from tierline.cases.queries import attachment_file
from tierline.directory.actor import Actor
from tierline.foundation.clock import now
from tierline.foundation.trouble import Conflict, NotAllowed, NotFound, Unusable
from tierline.web.access import DeskRequest, page
from tierline.web.case_page import show_case


@page("POST")
def attach_file(request: DeskRequest, actor: Actor, number: int) -> HttpResponse:
    """Keep one file with the case."""
    sent = request.FILES.get("file")
    if sent is None:
        trouble = Unusable("Choose a file first, then attach it.", {"file": "Choose a file."})
        return show_case(request, actor, number, form="file", trouble=trouble)
    try:
        attach(actor, number, sent.name or "file", sent.chunks(), at=now())
    except (Unusable, Conflict, NotAllowed) as refusal:
        return show_case(request, actor, number, form="file", trouble=refusal)
    messages.success(request, f"{sent.name} is attached. Everybody who sees the case can download it.")
    return HttpResponseRedirect(reverse("case", args=[number]))


@page("GET")
def attached_file(request: DeskRequest, actor: Actor, number: int, file: int) -> FileResponse:  # noqa: ARG001 - a view's form
    """The bytes, as a download."""
    kept, path = attachment_file(actor, number, file)
    try:
        content = path.open("rb")
    except FileNotFoundError:
        raise NotFound(f"{kept.name} is recorded, but its bytes are gone. Tell whoever runs Tierline.") from None
    response = FileResponse(content, as_attachment=True, filename=kept.name, content_type=kept.kind)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
