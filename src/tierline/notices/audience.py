"""From duties to people, and the proof that the same people are told on every channel. Pure.

A policy's words resolve to people, once; every channel draws from that one list. Refuses (blocks, with a sentence) a
word nobody stands behind, a person no channel reaches, a difference between channels that nobody answered for. For
any policy and directory either the channels agree, each difference having a named disposition, or nothing is sent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

TOLD_BEFORE: Final = "told-before"


@dataclass(frozen=True, slots=True)
class Reachable:
    """A person and the address each channel reaches them at. ``not_on``: channels the plan says they do not use.

    ``notes`` says by channel how an address is known, ``gone`` on which channels, as a sentence, they no longer are.
    """

    id: str
    name: str
    addresses: Mapping[str, str] = field(default_factory=dict)
    not_on: frozenset[str] = frozenset()
    notes: Mapping[str, str] = field(default_factory=dict)
    gone: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """A word of a policy with who stands behind it now. ``when``: the question on which it depends."""

    word: str
    label: str
    people: tuple[Reachable, ...]
    when: str | None = None


class Kind(StrEnum):
    """How a difference, or a word without people, was answered for."""

    NAMED = "named"
    OTHER_ADDRESS = "other-address"
    SUBSTITUTE = "substitute"
    RELAYED = "relayed"
    WAIVED = "waived"
    NOT_ON = "not-on-it"


KIND_LABELS: Final = {
    Kind.NAMED: "people named for this notice",
    Kind.OTHER_ADDRESS: "reached at another address",
    Kind.SUBSTITUTE: "somebody else is told in their place",
    Kind.RELAYED: "told by somebody who passes it on",
    Kind.WAIVED: "waived",
    Kind.NOT_ON: "does not use this channel; the other is enough",
}


@dataclass(frozen=True, slots=True)
class Disposition:
    """Somebody's answer for a word or a person (``about``) and, where it is about one, a ``channel``: who, and why."""

    about: str
    kind: Kind
    because: str
    by: str
    channel: str | None = None
    people: tuple[Reachable, ...] = ()
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A person on a channel: the address, or the disposition in its place; neither where nobody answered for it."""

    channel: str
    address: str | None = None
    disposition: Disposition | None = None

    @property
    def answered(self) -> bool:
        """Whether they are reached there, or somebody said why not."""
        return self.address is not None or self.disposition is not None


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the audience, for which words they are in it, and how each channel reaches them."""

    person: Reachable
    words: tuple[str, ...]
    cells: tuple[Cell, ...]

    def on(self, channel: str) -> Cell:
        """The cell of a channel."""
        return next(cell for cell in self.cells if cell.channel == channel)

    @property
    def reached(self) -> bool:
        """Whether any channel reaches them."""
        return any(cell.address is not None for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Block:
    """Why nothing may be sent yet: about which word or person, in a sentence."""

    about: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who would be told, by which channels; what stands in the way; ``waived`` words with the answers for them."""

    channels: tuple[str, ...]
    members: tuple[Member, ...]
    blocks: tuple[Block, ...]
    answered: tuple[Disposition, ...] = ()

    @property
    def may_be_sent(self) -> bool:
        """Whether nothing blocks."""
        return not self.blocks

    @property
    def differences(self) -> tuple[tuple[Member, Cell], ...]:
        """Every member with a channel that does not reach them."""
        return tuple((member, cell) for member in self.members for cell in member.cells if cell.address is None)

    @property
    def digest(self) -> str:
        """The hash of the snapshot: who, for which words, on which channels, with which dispositions."""
        rows = [
            [m.person.id, sorted(m.words), [[c.channel, c.address is not None, _kind(c)] for c in m.cells]]
            for m in self.members
        ]
        answers = sorted([d.about, d.kind, d.channel or ""] for d in self.answered)
        return hashlib.sha256(json.dumps([rows, answers], sort_keys=True).encode()).hexdigest()


def _kind(cell: Cell) -> str:
    return cell.disposition.kind if cell.disposition else ""


def cover(
    groups: Sequence[Group],
    channels: Sequence[str],
    dispositions: Sequence[Disposition] = (),
    told_before: Iterable[Reachable] = (),
) -> Coverage:
    """Resolve words to people and hold the channels against each other.

    ``told_before``: people who heard of it earlier, for announcements that go to everyone ever told.
    """
    blocks: list[Block] = []
    words: dict[str, list[str]] = {}
    people: dict[str, Reachable] = {}
    for group in groups:
        found, answer = _resolved(group, dispositions)
        if not found and answer is None:
            sentence = f"{group.label}: nobody is named. Name people, or waive it with a reason."
            blocks.append(Block(group.word, sentence))
        for person in found:
            people.setdefault(person.id, person)
            words.setdefault(person.id, []).append(group.word)
    for person in told_before:
        people.setdefault(person.id, person)
        words.setdefault(person.id, []).append(TOLD_BEFORE)
    members = _with_substitutes(people, words, channels, dispositions)
    blocks += _blocks(members, channels)
    return Coverage(tuple(channels), members, tuple(blocks), tuple(dispositions))


def seated(groups: Sequence[Group], holds: Iterable[str], channel: str, room: str) -> tuple[Group, ...]:
    """The groups with ``room`` as the address on ``channel`` of everybody behind the words it holds: by the plan they
    sit there, though a post in it tags nobody."""
    words = frozenset(holds)
    inside = {person.id for group in groups if group.word in words for person in group.people}
    return tuple(
        replace(group, people=tuple(_seated(p, channel, room) if p.id in inside else p for p in group.people))
        for group in groups
    )


def _seated(person: Reachable, channel: str, room: str) -> Reachable:
    if channel in person.not_on:
        return person
    return replace(person, addresses={**person.addresses, channel: room})


def _resolved(group: Group, dispositions: Sequence[Disposition]) -> tuple[tuple[Reachable, ...], Disposition | None]:
    """Who stands behind a word, with people named for it, and the answer that lets it stand empty."""
    answers = [d for d in dispositions if d.about == group.word and d.channel is None]
    named = tuple(person for d in answers if d.kind in (Kind.NAMED, Kind.SUBSTITUTE) for person in d.people)
    found = tuple({person.id: person for person in (*group.people, *named)}.values())
    excused = next((d for d in answers if d.kind in (Kind.WAIVED, Kind.RELAYED)), None)
    return found, excused


def _with_substitutes(
    people: Mapping[str, Reachable],
    words: Mapping[str, Sequence[str]],
    channels: Sequence[str],
    dispositions: Sequence[Disposition],
) -> tuple[Member, ...]:
    """The members by name; whoever is told in another's place is a member as well."""
    everybody = dict(people)
    why = {person: list(dict.fromkeys(of)) for person, of in words.items()}
    for answer in dispositions:
        if answer.kind is Kind.SUBSTITUTE and answer.about in people:
            for person in answer.people:
                everybody.setdefault(person.id, person)
                why.setdefault(person.id, []).extend(w for w in why[answer.about] if w not in why.get(person.id, []))
    members = (Member(p, tuple(why[p.id]), _cells(p, channels, dispositions)) for p in everybody.values())
    return tuple(sorted(members, key=lambda member: (member.person.name.casefold(), member.person.id)))


def _cells(person: Reachable, channels: Sequence[str], dispositions: Sequence[Disposition]) -> tuple[Cell, ...]:
    return tuple(_cell(person, channel, dispositions) for channel in channels)


def _cell(person: Reachable, channel: str, dispositions: Sequence[Disposition]) -> Cell:
    mine = [d for d in dispositions if d.about == person.id and d.channel in (channel, None)]
    other = next((d for d in mine if d.kind is Kind.OTHER_ADDRESS and d.channel == channel and d.address), None)
    if other is not None:
        return Cell(channel, other.address, other)
    if address := person.addresses.get(channel):
        return Cell(channel, address)
    answer = next((d for d in mine if d.kind in (Kind.RELAYED, Kind.WAIVED) or _stands_in(d)), None)
    if answer is None and channel in person.not_on:
        answer = Disposition(person.id, Kind.NOT_ON, "the plan says so", "the plan", channel)
    return Cell(channel, None, answer)


def _stands_in(answer: Disposition) -> bool:
    return answer.kind is Kind.SUBSTITUTE and bool(answer.people)


def _blocks(members: Sequence[Member], channels: Sequence[str]) -> list[Block]:
    blocks = []
    if not channels:
        none = "No channel is named that tells anybody by name. Name one in the plan, or say who sits in its room."
        blocks.append(Block("", none))
    if not any(member.reached for member in members):
        blocks.append(Block("", "Nobody would be told at all. Name at least one person whom a channel reaches."))
    for member in members:
        person = member.person
        open_on = [cell.channel for cell in member.cells if not cell.answered]
        if open_on:
            blocks.append(Block(person.id, _unreached(person, open_on)))
        elif not member.reached and not _excused(member):
            say = f"No channel reaches {person.name}. Give an address, name a substitute, or waive it with a reason."
            blocks.append(Block(person.id, say))
    return blocks


def spoken(channel: str) -> str:
    """A channel inside a sentence."""
    return {"email": "e-mail", "slack": "Slack", "teams": "Teams", "sms": "text message"}.get(channel, channel)


def _unreached(person: Reachable, open_on: Sequence[str]) -> str:
    """Why the channels do not reach somebody: who left one is said to have left it."""
    left = [person.gone[channel] for channel in open_on if channel in person.gone]
    never = [channel for channel in open_on if channel not in person.gone]
    if never:
        left.append(f"{person.name} has no address on {' and '.join(map(spoken, never))}.")
    return f"{' '.join(left)} Give one, name a substitute, or say why not."


def _excused(member: Member) -> bool:
    """Whether somebody answered for a person whom no channel reaches; that they use none is no answer."""
    return any(cell.disposition is not None and cell.disposition.kind is not Kind.NOT_ON for cell in member.cells)


@dataclass(frozen=True, slots=True)
class Parity:
    """The channels held against each other: how many each reaches, and every difference with its disposition."""

    digest: str
    reached: Mapping[str, int]
    explained: tuple[str, ...]
    unexplained: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the same people are told on every channel, each difference answered for."""
        return not self.unexplained


def parity(coverage: Coverage) -> Parity:
    """The report that is kept with an announcement."""
    explained, unexplained = [], []
    for member, cell in coverage.differences:
        answer = cell.disposition
        if answer is None:
            unexplained.append(f"{member.person.name} is not on {spoken(cell.channel)}, and nobody said why.")
        else:
            said = f"{KIND_LABELS[answer.kind]} ({answer.by}: {answer.because})"
            explained.append(f"{member.person.name}, {spoken(cell.channel)}: {said}")
    reached = {
        channel: sum(member.on(channel).address is not None for member in coverage.members)
        for channel in coverage.channels
    }
    return Parity(coverage.digest, reached, tuple(explained), tuple(unexplained))
