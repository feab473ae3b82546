"""A ticket as a case: the same for ever, cut and said, refused with line and remedy. The dry run needs no database."""

import shutil
from pathlib import Path

import pytest
import yaml
from bench.moving import dynamics_account, nsd_account
from hypothesis import given
from hypothesis import strategies as st
from tests.migration.scene import Scene

from tierline.foundation.tables import Row
from tierline.foundation.trouble import Unusable
from tierline.migration.cutting_over import cut_overs
from tierline.migration.form import load_move
from tierline.migration.mapping import Mapper, Refused, Ticket
from tierline.plans.loading import SHIPPED, load_planbook
from tierline.rehearsal.dynamics_365 import Dynamics365
from tierline.trackers.dataverse.account import Account as There
from tierline.trackers.service_desk_files.account import Account as Here


def without_kind(told: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in told.items() if name != "kind"}


MOVE = load_move("nsd-to-dynamics")
HERE = Here.model_validate(without_kind(nsd_account(Path("/nowhere"))))
THERE = There.model_validate(without_kind(dynamics_account("https://crm.example")))
MAPPER = Mapper(MOVE, HERE, THERE)
CELLS = {
    "number": "0070001", "title": "White page", "text": "It is white.", "status": "Open", "owner": "",
    "area": "Pharmacy", "queue": "MHV Tier 3", "opened": "01/02/2024 08:00:00 AM", "changed": "01/03/2024 08:00:00 AM",
    "notes": "", "resolution": "", "reference": "",
}  # fmt: skip


def mapped(**cells: str) -> Ticket:
    found = MAPPER.map(Row(2, CELLS | cells))
    assert isinstance(found, Ticket), found
    return found


def refusal(**cells: str) -> str:
    found = MAPPER.map(Row(7, CELLS | cells))
    assert isinstance(found, Refused), found
    assert found.line == 7
    return found.reason


def test_an_open_ticket_becomes_an_open_case_with_its_old_number() -> None:
    ticket = mapped()
    assert ticket.columns["new_formernumber"] == "0070001"
    assert ticket.columns["overriddencreatedon"] == "2024-01-02T13:00:00Z"
    assert (ticket.columns["statecode"], ticket.columns["statuscode"], ticket.ending) == (0, 100000000, None)


def test_a_closed_ticket_is_opened_and_ended_with_its_words() -> None:
    ticket = mapped(status="Closed", resolution="Clear the cache.")
    assert ticket.columns["statecode"] == 0
    assert ticket.ending is not None
    assert (ticket.ending.value, ticket.ending.state, ticket.ending.words) == (5, 1, "Clear the cache.")
    assert ticket.expected["statuscode"] == 5


def test_the_same_row_is_the_same_case_and_a_changed_one_is_told_apart() -> None:
    assert mapped() == mapped()
    assert mapped().ident == mapped(title="Another").ident
    assert mapped().digest != mapped(title="Another").digest
    assert mapped().ident != mapped(number="0070002").ident


def test_what_does_not_fit_is_cut_and_said_and_the_whole_text_goes_with_it() -> None:
    ticket = mapped(text="x" * 5000)
    assert ticket.cut == (("text", 3000),)
    assert len(ticket.columns["description"]) == 2000
    assert ticket.whole == "x" * 5000


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"number": "ABC"}, "no known form"),
        ({"number": ""}, "no known form"),
        ({"status": "Pondering"}, "name it under statuses in nsd-to-dynamics.yaml"),
        ({"queue": "Payroll"}, "name it under queues in nsd-to-dynamics.yaml"),
        ({"opened": "yesterday"}, "Open Date 'yesterday' fits no form"),
        ({"title": "a\x00b"}, "Summary holds a character that cannot be stored"),
    ],
)
def test_what_cannot_go_across_is_refused_with_a_remedy(cells: dict[str, str], said: str) -> None:
    assert said in refusal(**cells)


@given(st.dictionaries(st.sampled_from([name for name in CELLS if name != "number"]), st.text(max_size=300)))
def test_whatever_a_row_holds_it_is_mapped_or_refused_and_nothing_is_too_long(cells: dict[str, str]) -> None:
    found = MAPPER.map(Row(2, CELLS | cells))
    if isinstance(found, Ticket):
        lengths = {c.attribute: c.length for c in [*THERE.fields.values(), THERE.title, THERE.text] if c.length}
        assert all(len(found.columns[name]) <= most for name, most in lengths.items() if name in found.columns)


def test_a_move_that_names_what_an_account_lacks_is_refused() -> None:
    told = MOVE.model_dump(by_alias=True)
    with pytest.raises(Unusable, match="colour"):
        load = type(MOVE).model_validate({**told, "fields": {**told["fields"], "area": "colour"}})
        Mapper(load, HERE, THERE)
    with pytest.raises(Unusable, match="Pondering"):
        Mapper(type(MOVE).model_validate({**told, "statuses": {"Open": "Pondering"}}), HERE, THERE)


def test_each_queue_has_the_day_its_plan_gives_it() -> None:
    planbook = load_planbook()
    edge = next(one for one in planbook.boundaries if (one.year, one.month, one.day) == (2025, 10, 1))
    before = cut_overs(MOVE, planbook, edge.replace(day=1, month=9))
    after = cut_overs(MOVE, planbook, edge)
    assert {(one.standing, one.in_force) for one in before} == {("before", "nsd")}
    assert {(one.standing, one.in_force) for one in after} == {("after", "dynamics")}
    assert {one.day for one in (*before, *after)} == {edge}


def test_a_dry_run_says_how_every_field_goes_what_is_cut_and_which_rows_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scene = Scene(tmp_path, Dynamics365(), capsys)
    told = yaml.safe_load(scene.accounts.read_text())
    told["dynamics"] |= {"address": "https://crm.example", "sign_in": "https://login.example"}
    scene.accounts.write_text(yaml.safe_dump(told))

    def change(made: list[dict[str, str]]) -> None:
        made[3]["Status"] = "Pondering"
        made[5]["Ref Num"] = made[4]["Ref Num"]
        made[6]["Description"] = "x" * 2500

    scene.tickets(40, change)
    assert scene.migrate("plan") == 1
    assert scene.summary == {"rows": 40, "moves": 38, "refused": 1, "duplicate": 1, "stays": 0, "waiting": 0}
    assert [(line["line"], line["status"]) for line in scene.lines if "line" in line] == [
        (5, "refused"),
        (7, "duplicate"),
    ]
    fields = {one["heading"]: one for line in scene.lines for one in line.get("fields", [])}
    assert fields["Ref Num"]["column"] == "new_formernumber"
    assert fields["Last Modified Date"]["remark"] == "no counterpart (known)"
    assert scene.lines[-1]["cut"]["text"]["tickets"] >= 1
    assert sum(count for queue in scene.lines[-1]["queues"].values() for count in queue.values()) == 38


def test_while_one_queue_waits_for_its_day_both_systems_are_in_force(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plans = tmp_path / "plans"
    shutil.copytree(SHIPPED, plans)
    plan = plans / "mhv-rx-sm.yaml"
    for word in ("until", "from"):
        whole = f"receivers: [hrc, vets-gov, mhv-support, mhv-tier-3], audience: [veteran], {word}: 2025-10-01}}"
        others = f"receivers: [hrc, vets-gov, mhv-support], audience: [veteran], {word}: 2025-10-01}}\n      - {{"
        later = f"receivers: [mhv-tier-3], audience: [veteran], {word}: 2028-01-01}}"
        text = plan.read_text()
        assert whole in text
        plan.write_text(text.replace(whole, others + later))
    scene = Scene(tmp_path, Dynamics365(), capsys)
    told = yaml.safe_load(scene.accounts.read_text())
    told["dynamics"] |= {"address": "https://crm.example", "sign_in": "https://login.example"}
    scene.accounts.write_text(yaml.safe_dump(told))
    scene.tickets(40)
    assert scene.migrate("plan", "--plans", str(plans)) == 0
    standings = {queue["queue"]: queue["standing"] for queue in scene.lines[0]["queues"]}
    assert standings.pop("MHV Tier 3") == "before"
    assert set(standings.values()) == {"after"}
    assert (scene.summary["moves"], scene.summary["waiting"]) == (30, 10)
