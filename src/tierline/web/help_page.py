"""The page that says how the desk is worked, keys included. Refuses nothing but people who are not signed in."""

from django.http import HttpResponse
from django.shortcuts import render

from tierline.directory.actor import Actor
from tierline.web.access import DeskRequest, page


@page("GET")
def help_page(request: DeskRequest, actor: Actor) -> HttpResponse:  # noqa: ARG001 - a view's form
    """Keys, words and where things are."""
    return render(request, "tierline/help.html", {"nav": "help"})
