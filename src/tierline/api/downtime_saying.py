"""From what the queries of planned work return to what is answered. Pure; refuses nothing."""

from collections.abc import Iterable
from typing import Any

from tierline.api import downtime_told as told
from tierline.downtime.content import Changed, Content, voided
from tierline.downtime.permitted import Permitted
from tierline.downtime.queries import DowntimeView, Line, Preview
from tierline.downtime.stored import to_json
from tierline.notices.queries import AnnouncementView, DeliveryView, ObligationView, RelayView
from tierline.notices.rendering.mail import mail


def line_said(line: Line) -> told.DowntimeLine:
    """One downtime in a list."""
    return told.DowntimeLine(**_line(line))


def _line(line: Line) -> dict[str, Any]:
    return {
        "reference": line.reference,
        "title": line.title,
        "state": str(line.state),
        "result": str(line.result),
        "services": list(line.services),
        "level": line.level.word if line.level is not None else None,
        "starts_at": line.starts_at,
        "ends_at": line.ends_at,
        "procedure": line.procedure,
        "owner": line.owner,
        "revision": line.revision,
    }


def downtime_said(view: DowntimeView, moves: Iterable[Permitted]) -> told.Downtime:
    """One downtime."""
    return told.Downtime(
        **_line(view.line),
        content=_content(view.content),
        content_hash=view.content_hash,
        user_message=view.user_message,
        gates=_gates(view),
        approval=told.ApprovalSaid.model_validate({**view.approval}),
        override=view.approval["override"],
        last_words=view.approval["last_words"],
        window=_window(view),
        conflicts=[
            told.InTheWay(
                key=one.key,
                weight=str(one.weight),
                sentence=one.sentence,
                answered=view.answered.get(one.key, {}).get("because"),
                answered_by=view.answered.get(one.key, {}).get("by"),
            )
            for one in view.conflicts
        ],
        obligations=[_obligation(one) for one in view.obligations],
        announcements=[_announcement(one) for one in view.announcements],
        relays=[_relay(one) for one in view.relays],
        notices_changed=[
            told.NoticeChanged(
                id=one.id,
                came_from=one.came_from,
                called_off=one.called_off,
                changed_at=one.changed_at,
                changes=[told.PartSaid(what=what, before=old, after=new) for what, old, new in one.changes],
            )
            for one in view.upstream
        ],
        moves=[
            told.DowntimeMoveSaid(
                move=str(one.move), allowed=one.allowed, because=list(one.because), by_override=one.by_override
            )
            for one in moves
        ],
    )


def _content(content: Content) -> told.ContentSaid:
    return told.ContentSaid.model_validate(to_json(content))


def _gates(view: DowntimeView) -> told.GatesSaid:
    return told.GatesSaid(
        approval=str(view.gates.approval),
        window=str(view.gates.window),
        verification=str(view.gates.verification),
        behind=list(view.gates.behind),
        closed=[told.ClosedGate(gate=str(one.gate), sentence=one.sentence) for one in view.closed],
    )


def _window(view: DowntimeView) -> told.WindowSaid:
    kept, looked = view.window, view.verification
    return told.WindowSaid(
        id=kept.get("id", ""),
        starts=kept.get("starts"),
        ends=kept.get("ends"),
        covers=list(kept.get("services", ())),
        read_at=kept["read_at"],
        looked_at_by=looked["by"],
        looked_at=looked["at"],
        words=looked["words"],
    )


def _obligation(one: ObligationView) -> told.ObligationSaid:
    said = {name: getattr(one, name) for name in told.ObligationSaid.model_fields}
    return told.ObligationSaid(**said | {"moment": str(one.moment), "standing": str(one.standing)})


def _announcement(one: AnnouncementView) -> told.AnnouncementSaid:
    return told.AnnouncementSaid(
        id=one.id,
        moment=one.moment,
        revision=one.revision,
        also_for=list(one.also_for),
        issued_at=one.issued_at,
        issued_by=one.issued_by,
        people=one.people,
        digest=one.digest,
        lead=str(one.document.get("lead", "")),
        reached=dict(one.parity["reached"]),
        explained=list(one.parity["explained"]),
        missing_channels=list(one.parity["missing_channels"]),
    )


def _relay(one: RelayView) -> told.RelaySaid:
    said = {name: getattr(one, name) for name in told.RelaySaid.model_fields if name != "by"}
    return told.RelaySaid(**said | {"by": one.by_label, "state": str(one.state)})


def changes_said(found: Iterable[Changed]) -> dict[str, Any]:
    """What changed, and what that voids."""
    changed = tuple(found)
    return {
        "changes": [
            told.ChangeSaid(what=one.what, before=one.before, after=one.after, voids=sorted(map(str, one.gates)))
            for one in changed
        ],
        "voids": sorted(map(str, voided(changed))),
    }


def preview_said(seen: Preview) -> told.PreviewSaid:
    """What would go out."""
    written = mail(seen.document)
    coverage = seen.coverage
    return told.PreviewSaid(
        moment=str(seen.moment),
        subject=written.subject,
        text=written.text,
        may_be_sent=coverage.may_be_sent,
        blocks=[told.BlockSaid(about=one.about, sentence=one.sentence) for one in coverage.blocks],
        channels=list(coverage.channels),
        missing_channels=list(seen.missing),
        members=[
            told.MemberSaid(
                person=member.person.id,
                name=member.person.name,
                words=[seen.labels.get(word, word) for word in member.words],
                cells=[
                    told.CellSaid(
                        channel=cell.channel,
                        address=cell.address,
                        answer=f"{cell.disposition.kind}: {cell.disposition.because}" if cell.disposition else "",
                        note=member.person.notes.get(cell.channel, ""),
                    )
                    for cell in member.cells
                ],
            )
            for member in coverage.members
        ],
        digest=coverage.digest,
        reached=dict(seen.parity.reached),
        explained=list(seen.parity.explained),
        unexplained=list(seen.parity.unexplained),
    )


def told_said(one: DeliveryView) -> told.ToldRow:
    """One row of who was told."""
    return told.ToldRow(**{name: getattr(one, name) for name in told.ToldRow.model_fields} | {"words": list(one.words)})
