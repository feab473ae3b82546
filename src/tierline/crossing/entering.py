"""Records of a queue of ours in a partner's system that have no case yet: they become one, as a row of its export does.

The same mapping, judge and checks as for imports. A kind of record that is not taken is answered in the account's own
words, once. Refuses what the judge refuses; that is written on nothing of ours, so it is told in the log and read again
when it changes there.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import structlog

from tierline.bonds import actions as bonds
from tierline.cases.actions.importing import Importing, take_in_one
from tierline.cases.importing.judging import Judge
from tierline.cases.importing.mapping import SourceMapping, load_source
from tierline.crossing.terms import TakesIn, Terms
from tierline.directory.actor import TIERLINE
from tierline.foundation.tables import Row
from tierline.outbox.actions import send_out
from tierline.plans.queries import planbook_in_force
from tierline.trackers.tracker import Record

log = structlog.get_logger("tierline.crossing")


def take_in(read: Record, terms: Terms, *, at: datetime) -> int | None:
    """Make a case of a record, and a bond to it. Returns the case's number; None where it was refused."""
    assert terms.takes_in is not None  # noqa: S101 - it was asked before whether this system's records are taken
    mapping = _source(terms.takes_in.source)
    in_force = planbook_in_force()
    row = Row(0, cells_of(read, terms.takes_in, mapping))
    judged = Judge(mapping, in_force.planbook, at=at).judge_row(row, lambda _record, _line: None)
    case, judged = take_in_one(Importing(TIERLINE, mapping.system, in_force, at), judged)
    if case is None:
        log.warning("record_not_taken_in", system=read.system, number=read.number, reason=judged.reason)
        return None
    if not case.restricted:
        about = bonds.About(("case", case.number), case.holder, case.organisations)
        bonds.take_in(about, read, team=case.holder, service=case.service, at=at)
    return case.number


_source = lru_cache(maxsize=16)(load_source)


def cells_of(read: Record, takes: TakesIn, mapping: SourceMapping) -> dict[str, str]:
    """The record as a row of the mapping: what the terms name comes from its particulars, the rest from itself."""
    own = {
        "record": read.number,
        "entered": read.changed_at.isoformat(),
        "status": read.status,
        "owner": read.owner,
        "description": read.text or read.title,
        "notes": "\n".join(note.text for note in read.notes),
    }
    cells = {str(meaning): own.get(str(meaning), "") for meaning in mapping.columns}
    cells |= {str(meaning): read.particulars.get(name, "") for meaning, name in takes.columns.items()}
    return cells | {"entered": _as_the_source_writes(cells["entered"], mapping)}


def _as_the_source_writes(instant: str, mapping: SourceMapping) -> str:
    """An instant with an offset in the zone and form of the source; anything else as it stands."""
    try:
        moment = datetime.fromisoformat(instant)
    except ValueError:
        return instant
    if moment.tzinfo is None:
        return instant
    return f"{moment.astimezone(ZoneInfo(mapping.times.zone)):{mapping.times.forms[0]}}"


def answer_wrong_kinds(records: Iterable[Record], answer: str, terms: Terms, *, at: datetime) -> None:
    """Say on records of a kind that is not taken what their sender is to do, once each."""
    if terms.takes_in is None:
        return
    holder, planbook = _source(terms.takes_in.source).holder, planbook_in_force().planbook
    for read in records:
        mark = hashlib.sha256(f"{read.system}\n{read.id}".encode()).hexdigest()
        send_out(
            f"record-{mark[:32]}:not-taken",
            by=read.system,
            subject=("record", int(mark[:12], 16)),
            team=holder,
            organisations=[planbook.teams[holder].organisation or holder],
            message={"verb": "say", "record": read.id, "text": answer},
            at=at,
        )
