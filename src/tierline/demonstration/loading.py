"""Loading the demonstration: plans, people, an imported queue, two weeks of cases. All or nothing; twice is once.

Refuses (Conflict) a directory in which other people work. Nothing is written to a table here: everything goes through
the actions.
"""

import io
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from tierline.cases.actions.chasing import chase_overdue_hand_offs, chase_overdue_questions
from tierline.cases.actions.importing import Importing, take_in
from tierline.cases.actions.reminding import carry_out_promises, renew_promises
from tierline.cases.importing.judging import Judge
from tierline.cases.importing.mapping import load_source
from tierline.cases.importing.seen import Seen
from tierline.cases.queries import known_numbers
from tierline.demonstration.cast import HERE, enter_players, players, words_of
from tierline.demonstration.downtimes import Works
from tierline.demonstration.letters import stray_mail
from tierline.demonstration.rehearsing import partners_at
from tierline.demonstration.stories import Stage
from tierline.directory.actor import TIERLINE, Actor
from tierline.foundation.tables import Export
from tierline.guides.actions import write_advice
from tierline.plans.actions import publish_planbook
from tierline.plans.loading import SHIPPED, texts_of
from tierline.plans.queries import planbook_in_force, versions
from tierline.plans.room_asking import calendar_of_room, last_open, rooms_in_force
from tierline.rooms.posting import post_what_is_due

_DAY = re.compile(r"\b(\d\d)/(\d\d)/(\d{4})\b")
ROOMS_TOLD_FOR = 14  # half hours
_LOADING = 7_461_003  # advisory lock: two loaders take turns


def load(*, at: datetime, rehearsal: str = "") -> bool:
    """Load what is not there yet; whether anything was. One transaction: a killed load leaves nothing behind.

    ``rehearsal`` is the page of partners to rehearse with: planned work is played against them then, each message at
    its moment. What a killed load left there is forgotten at the next.
    """
    words = words_of("stories.yaml")
    if _is_loaded(words["stories"]):
        return False
    with transaction.atomic():
        _take_turns()
        if _is_loaded(words["stories"]):  # by whoever was first
            return False
        _publish_plans(words, rehearsed=bool(rehearsal), at=at)
        in_force = planbook_in_force().planbook
        actors = enter_players(players(in_force), in_force)
        stage = Stage(actors, zone=words["zone"], today=at, answers=words["answers"])
        export = words["export"]
        arrives = stage.moment(export["day"], export["at"])
        stage.play(words["stories"], [(arrives, lambda moment: _import(export, actors[export["by"]], at=moment))])
        _advise(words["advice"], actors, at=at)
        with partners_at(rehearsal) as partners:
            Works(stage, actors, words["zone"], at, partners).play()
        for mail in words["stray"]:
            stray_mail(mail["from"], mail["subject"], mail["text"], at=at - timedelta(hours=mail["ago"]))
        chase_overdue_hand_offs(at=at)
        chase_overdue_questions(at=at)
        renew_promises(at=at)
        carry_out_promises(at=at)
        _tell_rooms(at=at)
    return True


def _tell_rooms(*, at: datetime) -> None:
    """What rooms heard in the last hours in which they were open, as the sweep of each half hour told it."""
    planbook = planbook_in_force().planbook
    for hearing in rooms_in_force(planbook, at):
        ended = last_open(calendar_of_room(planbook, hearing), at)
        for half_hours in range(ROOMS_TOLD_FOR, -1, -1):
            post_what_is_due(at=ended - timedelta(minutes=30 * half_hours))


def _take_turns() -> None:
    """Wait for anybody else who is loading into this database; lasts until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOADING])


def _is_loaded(stories: list[dict[str, Any]]) -> bool:
    """Whether the stories were played here before: their outside numbers have cases."""
    system, number = next(story["number"] for story in stories if "number" in story)
    return bool(versions()) and bool(known_numbers(system, [number]))


def _publish_plans(words: dict[str, Any], *, rehearsed: bool, at: datetime) -> None:
    """The shipped plans, as if published before the first case; plans already in force stay. With partners to rehearse
    with they say as well where one looks up who is on call, which the documents leave open."""
    if versions():
        return
    first = min(story["day"] for story in words["stories"])
    before = Stage({}, zone=words["zone"], today=at, answers={}).moment(first - 1, "08:00")
    texts, remark = texts_of([SHIPPED]), "The shipped plans, for the demonstration"
    if rehearsed:
        texts = looking_up(texts, words_of("partners.yaml")["looked_up"])
        remark = f"{remark}; who is on call is looked up"
    publish_planbook(TIERLINE, texts, at=before, remark=remark)


def looking_up(texts: Mapping[str, bytes], where: Mapping[str, str]) -> dict[str, bytes]:
    """The plans with where those behind a duty are looked up, by the duty's id. Refuses a duty that no plan has."""
    told = dict(texts)
    for duty, place in where.items():
        said = f"{{id: {duty},".encode()
        file = next((file for file, text in told.items() if said in text), None)
        if file is None:
            raise ValueError(f"No plan has a duty {duty}, so nobody can be looked up for it.")
        told[file] = told[file].replace(said, said + f" on_call: {place},".encode(), 1)
    return told


def _advise(advice: list[dict[str, Any]], actors: Mapping[str, Actor], *, at: datetime) -> None:
    for one in advice:
        until = (at + timedelta(days=one["until"])).date()
        said = {key: one[key] for key in ("team", "kind", "text")}
        write_advice(actors[one["by"]], one["service"], until=until, at=at, **said)


def _import(export: dict[str, Any], actor: Actor, *, at: datetime) -> None:
    mapping = load_source(export["source"])
    importing = Importing(actor, mapping.system, planbook_in_force(), at)
    judge = Judge(mapping, importing.in_force.planbook, at=at)
    yesterday = at.astimezone(ZoneInfo(words_of("stories.yaml")["zone"])).date() - timedelta(days=1)
    text = arriving_on(yesterday, (HERE / export["file"]).read_text())
    with io.BytesIO(text.encode()) as stream, Seen() as seen:
        rows = Export(stream, mapping.columns, mapping.file).rows()
        take_in(importing, judge.judge(rows, seen.before), told=lambda _: None)


def arriving_on(day: date, export: str) -> str:
    """The export with all its days moved so that the newest is ``day``: a queue as it looks today, whenever that is."""
    newest = max(_day(found) for found in _DAY.finditer(export))
    moved_by = day - newest
    return _DAY.sub(lambda found: (_day(found) + moved_by).strftime("%m/%d/%Y"), export)


def _day(found: re.Match[str]) -> date:
    month, day, year = (int(part) for part in found.groups())
    return date(year, month, day)
