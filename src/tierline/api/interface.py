"""The machine interface as one object: ninja, with this site's refusals where ninja or Django would speak plain text.

Refuses parameters an endpoint does not know, methods it does not take, and addresses there are not.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation, PathView

from tierline.api import document, document_page
from tierline.api.door import Key, Reader, Writer, refuse_large
from tierline.api.problems import Refused, problem, say_problems_plainly

Run = Callable[..., HttpResponse]


class Interface(NinjaAPI):
    """Version 1. One key for everything but the document that describes it."""

    def __init__(self) -> None:
        super().__init__(
            title="Tierline",
            version="1",
            description=document.INTRODUCTION,
            urls_namespace="api-v1",
            openapi_url="",
            docs_url="",
            auth=Key(),
            parser=Reader(),
            renderer=Writer(),
        )
        say_problems_plainly(self)
        self.add_decorator(known_parameters_only, mode="view")

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The document, with the problems each endpoint can answer."""
        return document.completed(super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params))

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        for router in self._get_bound_routers():
            for view in router.path_operations.values():
                speak_plainly_of_methods(view)
        return [
            path("openapi.json", document_page.as_json, {"api": self}),
            path("docs", document_page.as_page, {"api": self}),
            path("", document_page.as_page, {"api": self}, name="api-root"),
            *super()._get_urls()[:-1],  # the last is ninja's own root, which only says 404
            re_path("", unknown_address),
        ]


def known_parameters_only(run: Run) -> Run:
    """Refuse a query parameter that the endpoint does not know: a misspelt filter must not be lost in silence."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]  # ninja hands over the bound method
    known = frozenset(
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in getattr(model, "__ninja_flatten_map__", {})
    )

    def strictly(request: HttpRequest, **words: Any) -> HttpResponse:
        if request.META.get("QUERY_STRING") and not known.issuperset(request.GET):
            stray = min(set(request.GET) - known)[:60]
            takes = f"It takes {', '.join(sorted(known))}." if known else "It takes none."
            return operation.api.on_exception(
                request, Refused(422, "invalid", f"This address has no parameter {stray!r}. {takes}")
            )
        response = run(request, **words)
        response.headers["Cache-Control"] = "private, no-store"
        if not response.streaming:
            response.headers["Content-Length"] = str(len(response.content))
        return response

    return strictly


def speak_plainly_of_methods(view: PathView) -> None:
    """Answer 405 with a problem and the methods there are."""
    methods = sorted({method for operation in view.operations for method in operation.methods})

    def not_allowed() -> HttpResponse:
        answer = problem(405, "no-such-method", f"This address takes {', '.join(methods)}.")
        answer.headers["Allow"] = ", ".join(methods)
        return answer

    view._not_allowed = not_allowed  # type: ignore[method-assign]  # ninja's own answer is plain text


def unknown_address(request: HttpRequest) -> HttpResponse:
    """A problem for every address below the interface that there is not."""
    try:
        refuse_large(request)
    except Refused as refused:
        return problem(refused.status, refused.kind, refused.detail)
    return problem(404, "not-found", "There is no such address. All there are: /api/v1/openapi.json.")


unknown_address.csrf_exempt = True  # type: ignore[attr-defined]  # as ninja does for every view: keys, no cookies
