"""Addresses whose pages are still being built. Refuses nothing else; goes when the last of them is there."""

from django.http import HttpResponse
from django.shortcuts import render

from tierline.directory.actor import Actor
from tierline.web.access import DeskRequest, page
from tierline.web.boundary import Words


@page("GET")
def not_open_yet(request: DeskRequest, actor: Actor, **_: object) -> HttpResponse:  # noqa: ARG001 - a view's form
    """Says that this page is not open yet."""
    words = Words(404, "This page is not open yet", "Go to your queue.")
    return render(request, "tierline/trouble.html", {"words": words}, status=404)
