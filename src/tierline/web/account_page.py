"""Somebody's own account: teams and duties, where chat reaches them, password, keys.

Refuses what the directory refuses, beside the field it is about. A key is shown once, in the answer that makes it.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from tierline.directory.actions import change_password, issue_token, revoke_token
from tierline.directory.actor import Actor
from tierline.directory.addresses import SLACK, KnownAddress, reached_on, set_address
from tierline.directory.queries import tokens_of
from tierline.directory.signing_in import forget_failures, must_wait, note_failure
from tierline.foundation.clock import now
from tierline.foundation.trouble import NotAllowed, NotFound, Unusable
from tierline.plans.actions import PLAN_EDITOR
from tierline.plans.queries import planbook_in_force
from tierline.web.access import DeskRequest, page

LEAST = 12  # characters, as AUTH_PASSWORD_VALIDATORS says
WAIT = "Too many wrong passwords. Wait 15 minutes, then try again."


@page("GET")
def account(request: DeskRequest, actor: Actor) -> HttpResponse:
    """Teams, duties, password, keys."""
    return _account(request, actor)


@sensitive_post_parameters()
@page("POST")
def account_password(request: DeskRequest, actor: Actor) -> HttpResponse:
    """Change the password; every other session of this person ends."""
    sent, person, place = request.POST, _person(request), request.META.get("REMOTE_ADDR", "")
    email = person.get_username()
    if must_wait(email, place, at=now()):
        return _account(request, actor, {"old_password": WAIT}, status=429)
    try:
        change_password(
            actor,
            old=sent.get("old_password", ""),
            new=sent.get("new_password", ""),
            again=sent.get("new_password_again", ""),
        )
    except Unusable as refusal:
        if "old_password" in refusal.fields:
            note_failure(email, place, at=now())
        return _account(request, actor, refusal.fields, status=422)
    forget_failures(email, place)
    # A changed password ends every session of a person; this one is kept.
    person.refresh_from_db()
    update_session_auth_hash(request, person)  # type: ignore[arg-type]  # the plugin knows the table, this page must not
    messages.success(request, "Your password is changed. You stay signed in here, and are signed out everywhere else.")
    return HttpResponseRedirect(reverse("account"))


@page("POST")
def account_keys(request: DeskRequest, actor: Actor) -> HttpResponse:
    """Make a key and show it, this once."""
    label = request.POST.get("label", "")
    try:
        key = issue_token(actor, label=label, at=now())
    except Unusable as refusal:
        return _account(request, actor, refusal.fields, status=422, label=label)
    response = _account(request, actor, status=201, key=key, key_label=label.strip())
    response.headers["Cache-Control"] = "no-store"
    return response


@page("POST")
def account_key_revoke(request: DeskRequest, actor: Actor, token_id: int) -> HttpResponse:
    """Make one of one's keys useless."""
    revoke_token(actor, token_id, at=now())
    messages.success(request, "The key is revoked: whatever uses it is refused from now on. This cannot be undone.")
    return HttpResponseRedirect(reverse("account"))


@page("POST")
def account_address(request: DeskRequest, actor: Actor, person_id: int) -> HttpResponse:
    """Write down where Slack reaches somebody: oneself, or whoever is in a team one leads."""
    written = request.POST.get("slack", "")
    try:
        set_address(actor, person_id, SLACK, written, at=now(), leads=_led_by(actor))
    except Unusable as refusal:
        troubles = {f"slack_{person_id}": refusal.fields[SLACK]}
        return _account(request, actor, troubles, status=422, typed={person_id: written})
    messages.success(request, "Written down." if written.strip() else "Taken back: what else is known counts again.")
    return HttpResponseRedirect(reverse("account") + "#chat")


def _chat(actor: Actor, troubles: dict[str, str], typed: dict[int, str]) -> list[dict[str, Any]]:
    """Those whose Slack id the actor may write down, with how it is known."""
    planned = _in_the_plans()
    return [
        {
            "id": one.person_id,
            "name": one.name,
            "mine": one.person_id == actor.person_id,
            "given": typed.get(one.person_id, one.known.given if one.known else ""),
            "how": _how_known(one.known, planned.get(one.email.casefold(), "")),
            "trouble": troubles.get(f"slack_{one.person_id}", ""),
        }
        for one in reached_on(actor, SLACK, _led_by(actor))
    ]


def _led_by(actor: Actor) -> frozenset[str]:
    """The teams the actor leads; none while no plan is published."""
    try:
        return planbook_in_force().planbook.led_by(actor.duties)
    except NotFound:
        return frozenset()


def _in_the_plans() -> dict[str, str]:
    """The Slack ids the plans name, by e-mail address; none while no plan is published."""
    try:
        people = planbook_in_force().planbook.people.values()
    except NotFound:
        return {}
    return {person.email.casefold(): person.slack for person in people if person.slack}


def _how_known(known: KnownAddress | None, planned: str) -> str:
    if planned and (known is None or not known.given):
        return f"The plans name {planned}. What is written down here counts before that."
    if known is None or not known.address:
        return "Not known yet."
    if known.gone_at is not None and known.address == known.found:
        return f"{known.found} was found deactivated on {known.gone_at:%Y-%m-%d}. Write down the new one."
    if known.given and known.given_at is not None:
        return f"Written down by {known.given_by} on {known.given_at:%Y-%m-%d}."
    found = f" on {known.found_at:%Y-%m-%d}" if known.found_at else ""
    return f"{known.found}, found at Slack by e-mail{found}."


def _account(
    request: DeskRequest, actor: Actor, troubles: dict[str, str] | None = None, *, status: int = 200, **more: Any
) -> HttpResponse:
    typed = more.pop("typed", {})
    context = {
        "nav": "account",
        "chat": _chat(actor, troubles or {}, typed),
        "actor": actor,
        "email": _person(request).get_username(),
        "duties": _duties(actor),
        "keys": tokens_of(actor),
        "troubles": troubles or {},
        "least": LEAST,
        "site": f"{request.scheme}://{request.get_host()}",
        **more,
    }
    return render(request, "tierline/account/account.html", context, status=status)


def _duties(actor: Actor) -> list[str]:
    """The names of the actor's duties: Tierline's own one, and those of the plans."""
    own = {PLAN_EDITOR: "Plan editor: may publish plans"}
    try:
        planbook = planbook_in_force().planbook
    except NotFound:
        return sorted(own.get(duty, duty) for duty in actor.duties)
    return sorted(own.get(duty) or planbook.duty_label(duty) for duty in actor.duties)


def _person(request: HttpRequest) -> AbstractBaseUser:
    """Who is signed in, as Django's authentication knows them."""
    if isinstance(request.user, AnonymousUser):
        raise NotAllowed("Sign in first.")
    return request.user
