"""One audience over every channel: for any policy and directory, parity holds or sending is blocked."""

from hypothesis import given
from hypothesis import strategies as st

from tierline.notices.audience import Coverage, Disposition, Group, Kind, Reachable, cover, parity

BOTH = ("slack", "email")


def person(name: str, *channels: str, **more: object) -> Reachable:
    addresses = {channel: f"{name}@{channel}.example" for channel in channels}
    return Reachable(name, name.title(), addresses, **more)  # type: ignore[arg-type]  # a test's bag of what differs


IDA, OTTO = person("ida", *BOTH), person("otto", *BOTH)
MAILER = person("maja", "email")


def group(word: str, *people: Reachable) -> Group:
    return Group(word, word.title(), people)


def answer(about: str, kind: Kind, channel: str | None = None, **more: object) -> Disposition:
    return Disposition(about, kind, "because", "Lead", channel, **more)  # type: ignore[arg-type]  # as above


def blocked(coverage: Coverage) -> list[str]:
    return [block.about for block in coverage.blocks]


def test_people_of_several_words_are_told_once() -> None:
    coverage = cover([group("owners", IDA, OTTO), group("leads", OTTO)], BOTH)
    assert coverage.may_be_sent
    assert [(m.person.id, m.words) for m in coverage.members] == [("ida", ("owners",)), ("otto", ("owners", "leads"))]
    assert parity(coverage).reached == {"slack": 2, "email": 2}


def test_a_word_nobody_stands_behind_blocks_until_somebody_names_people_or_waives_it() -> None:
    groups = [group("owners", IDA), group("horizon")]
    assert blocked(cover(groups, BOTH)) == ["horizon"]
    named = cover(groups, BOTH, [answer("horizon", Kind.NAMED, people=(OTTO,))])
    assert named.may_be_sent
    assert [m.person.id for m in named.members] == ["ida", "otto"]
    assert cover(groups, BOTH, [answer("horizon", Kind.WAIVED)]).may_be_sent
    assert blocked(cover(groups, BOTH, [answer("horizon", Kind.NAMED)])) == ["horizon"]


def test_somebody_without_an_address_on_a_channel_blocks_until_somebody_says_why() -> None:
    groups = [group("owners", IDA, MAILER)]
    assert blocked(cover(groups, BOTH)) == ["maja"]
    explained = cover(groups, BOTH, [answer("maja", Kind.WAIVED, "slack")])
    assert explained.may_be_sent
    assert parity(explained).explained == ("Maja, Slack: waived (Lead: because)",)
    elsewhere = cover(groups, BOTH, [answer("maja", Kind.OTHER_ADDRESS, "slack", address="U1")])
    assert elsewhere.may_be_sent
    assert parity(elsewhere).reached == {"slack": 2, "email": 2}


def test_an_answer_for_one_channel_is_none_for_the_other() -> None:
    nowhere = person("nils")
    coverage = cover([group("owners", IDA, nowhere)], BOTH, [answer("nils", Kind.WAIVED, "slack")])
    assert blocked(coverage) == ["nils"]


def test_whoever_the_plan_says_is_not_on_a_channel_is_told_by_the_other() -> None:
    mailer = person("maja", "email", not_on=frozenset({"slack"}))
    coverage = cover([group("owners", IDA, mailer)], BOTH)
    assert coverage.may_be_sent
    assert "does not use this channel" in parity(coverage).explained[0]


def test_whom_no_channel_reaches_is_never_left_out_silently() -> None:
    hermit = person("hans", not_on=frozenset(BOTH))
    assert blocked(cover([group("owners", IDA, hermit)], BOTH)) == ["hans"]


def test_a_substitute_is_told_in_their_place() -> None:
    away = person("aino")
    coverage = cover([group("owners", IDA, away)], BOTH, [answer("aino", Kind.SUBSTITUTE, people=(OTTO,))])
    assert coverage.may_be_sent
    assert {m.person.id: m.words for m in coverage.members}["otto"] == ("owners",)


def test_the_end_is_told_to_everyone_ever_told() -> None:
    coverage = cover([group("owners", IDA)], BOTH, told_before=[OTTO])
    assert {m.person.id: m.words for m in coverage.members} == {"ida": ("owners",), "otto": ("told-before",)}


def test_nobody_at_all_and_no_channel_at_all_block() -> None:
    assert not cover([], BOTH).may_be_sent
    assert not cover([group("owners", IDA)], ()).may_be_sent


names = st.sampled_from(["ada", "bo", "cy", "di"])
channel_sets = st.frozensets(st.sampled_from(BOTH))
people = st.builds(lambda name, on, off: person(name, *on, not_on=off), names, channel_sets, channel_sets)
groups = st.lists(
    st.builds(lambda word, who: group(word, *who), st.sampled_from("pqr"), st.lists(people, max_size=3)), max_size=4
)
answers = st.lists(
    st.builds(
        lambda about, kind, channel, who: answer(about, kind, channel, people=tuple(who), address="x@x.example"),
        st.sampled_from(["ada", "bo", "cy", "di", "p", "q", "r"]),
        st.sampled_from(Kind),
        st.sampled_from([None, *BOTH]),
        st.lists(people, max_size=2),
    ),
    max_size=4,
)


@given(groups, answers, st.lists(people, max_size=2))
def test_for_any_policy_and_directory_parity_holds_or_sending_is_blocked(
    policy: list[Group], dispositions: list[Disposition], before: list[Reachable]
) -> None:
    coverage = cover(policy, BOTH, dispositions, before)
    report = parity(coverage)
    if not coverage.may_be_sent:
        return
    assert report.holds
    on = {c: {m.person.id for m in coverage.members if m.on(c).address is not None} for c in BOTH}
    apart = on["slack"] ^ on["email"]
    for member in coverage.members:
        if member.person.id in apart:
            assert any(cell.disposition is not None for cell in member.cells)
    answered = {d.about for d in dispositions}
    for asked in policy:
        assert asked.people or asked.word in answered
    everybody = {m.person.id for m in coverage.members}
    assert {p.id for g in policy for p in g.people} | {p.id for p in before} <= everybody


@given(groups, answers)
def test_the_same_audience_has_the_same_hash_whatever_the_order(
    policy: list[Group], dispositions: list[Disposition]
) -> None:
    unique = list({g.word: g for g in policy}.values())
    known = {p.id: p for g in unique for p in g.people}
    unique = [Group(g.word, g.label, tuple(known[p.id] for p in g.people)) for g in unique]
    one = cover(unique, BOTH)
    other = cover(list(reversed(unique)), BOTH)
    assert one.digest == other.digest
