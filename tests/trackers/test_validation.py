"""The validator of exchanges rejects what it should, ours always and the vendors' where their descriptions are."""

from dataclasses import replace
from typing import Any

import pytest
from tests.trackers.partners import PARTNERS, Partner
from tests.trackers.validation import DESCRIPTIONS, description, violations

from tierline.channels.channel import Delivered


def after_an_opening(partner: Partner) -> None:
    assert isinstance(partner.tracker.deliver("k1", partner.message()), Delivered)


@pytest.mark.parametrize("name", sorted(PARTNERS))
def test_what_is_not_described_is_found(name: str) -> None:
    with PARTNERS[name]() as partner:
        after_an_opening(partner)
        assert violations(partner.desk) == []
        [last] = partner.desk.exchanges[-1:]
        for wrong in (
            replace(last, query={**last.query, "surprise": "1"}),
            replace(last, route="/somewhere/else"),
            replace(last, status=299),
            replace(last, response={"a": []}),
            replace(last, response=None),
        ):
            partner.desk.exchanges[-1] = wrong
            assert violations(partner.desk) != [], wrong


def test_the_vendors_descriptions_are_held_against_where_they_are() -> None:
    """With TIERLINE_SPECS every description is read and rejects; without it none is asked for."""
    for name in DESCRIPTIONS.keys() & PARTNERS.keys():
        told = description(name)
        with PARTNERS[name]() as partner:
            after_an_opening(partner)
            last = partner.desk.exchanges[-1]
            partner.desk.exchanges[-1] = replace(last, query={**last.query, "surprise": "1"})
            by_vendor = [one for one in violations(partner.desk) if "(vendor)" in one]
            assert bool(by_vendor) == (told is not None)


def test_the_vendor_of_github_rejects_a_bad_body_and_a_bad_answer() -> None:
    with PARTNERS["github"]() as partner:
        after_an_opening(partner)
        good = partner.desk.exchanges[-1]
        answer: dict[str, Any] = dict(good.response)
        del answer["labels_url"]  # no schema of ours asks for it
        for wrong in (
            replace(good, request={**good.request, "assignees": "ada-q"}),
            replace(good, response={**answer, "closed_at": None}),
        ):
            partner.desk.exchanges[-1] = wrong
            by_vendor = [one for one in violations(partner.desk) if "(vendor)" in one]
            assert bool(by_vendor) == (description("github") is not None)
