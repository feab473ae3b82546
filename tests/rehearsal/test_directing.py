"""Partners are directed from elsewhere on this machine: their time, and what their people decide."""

import http.client
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tierline.rehearsal.directing import Director, NotDirected
from tierline.rehearsal.mail_server import MailServer
from tierline.rehearsal.pager_duty import PagerDuty, Window
from tierline.rehearsal.service_now import ServiceNow
from tierline.rehearsal.showing import A_PAGE, NEWEST, Showing
from tierline.rehearsal.slack import Slack

FRIDAY = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.fixture
def page() -> Iterator[Showing]:
    with Showing([ServiceNow(), PagerDuty(), MailServer()]) as showing:
        yield showing


def a_change(page: Showing) -> tuple[ServiceNow, str]:
    desk = page.desks[0]
    assert isinstance(desk, ServiceNow)
    made = desk.opens("Certificates", table="change_request")
    desk.asks_for_approval(made, "Sybil Overton")
    return desk, desk.tables["change_request"][made]["number"]


def ask(page: Showing, method: str, path: str, **headers: str) -> tuple[int, str]:
    line = http.client.HTTPConnection("127.0.0.1", page.port, timeout=5)
    line.request(method, path, headers=headers)
    answer = line.getresponse()
    told = answer.status, answer.read().decode()
    line.close()
    return told


def test_all_clocks_stand_at_an_instant_and_run_on(page: Showing) -> None:
    director = Director(page.url)
    director.stand_at(FRIDAY)
    assert {desk.clock.now() for desk in page.desks} == {FRIDAY}
    director.run_on()
    assert {desk.clock.standing for desk in page.desks} == {None}
    for wrong in ("yesterday", "2026-11-20T17:00:00"):
        with pytest.raises(NotDirected, match="instant"):
            director._tell("/clock", at=wrong)


def test_an_approver_decides_once_and_says_why(page: Showing) -> None:
    desk, number = a_change(page)
    assert "Approve as Sybil Overton</button>" in ask(page, "GET", "/")[1]
    Director(page.url).decide(number, "Sybil Overton", approve=False, words="Not <then>.")
    [row] = desk.tables["change_request"].values()
    assert row["approval"] == "rejected"
    shown = ask(page, "GET", "/")[1]
    assert "Sybil Overton: rejected. Not &lt;then&gt;." in shown
    assert "Approve as" not in shown
    for change, who in ((number, "Sybil Overton"), (number, "Ada"), ("CHG1", "Sybil Overton")):
        with pytest.raises(NotDirected, match="refused"):
            Director(page.url).decide(change, who, approve=True)


def test_the_pages_people_open_lead_to_where_the_record_is_shown(page: Showing) -> None:
    desk, number = a_change(page)
    paging = page.desks[1]
    with desk, paging:
        [sys_id] = desk.tables["change_request"]
        places = {
            f"servicenow-{number}": f"{desk.url}/nav_to.do?uri=change_request.do%3Fsys_id%3D{sys_id}",
            "pagerduty-PWIN001": f"{paging.url}/html/maintenance_windows/PWIN001",
        }
        for place, address in places.items():
            assert httpx.get(address).headers["Location"] == f"{page.url}/#{place}"
        assert httpx.get(f"{desk.url}/nav_to.do?uri=x").status_code == 404
    assert f"id='servicenow-{number}'" in ask(page, "GET", "/")[1]


def test_another_sites_page_directs_nobody(page: Showing) -> None:
    _, number = a_change(page)
    for path in ("/clock", "/anew", f"/changes/{number}"):
        assert ask(page, "POST", path, Origin="https://elsewhere.example")[0] == 403


def test_only_this_machine_is_directed() -> None:
    with pytest.raises(NotDirected, match="this machine only"):
        Director("http://tools.example/")


def test_mail_is_listed_newest_first_page_by_page_and_by_whom_it_went_to(page: Showing) -> None:
    server = page.desks[2]
    assert isinstance(server, MailServer)
    for number in range(A_PAGE + 1):
        to = "ola@tools.example" if number == 7 else "pia@tools.example"
        server.take("desk@desk.example", [to], f"Subject: Word {number}\r\n\r\nWords <{number}>\r\n".encode())
    first = ask(page, "GET", "/")[1]
    assert f"All {A_PAGE + 1} mails" in first
    assert first.count("Words &lt;") == NEWEST
    newest = ask(page, "GET", "/mail")[1]
    assert newest.index("Word 100") < newest.index("Word 99")
    assert "Older mail" in newest
    assert "Word 0<" in ask(page, "GET", f"/mail?skip={A_PAGE}")[1]
    only = ask(page, "GET", "/mail?to=ola")[1]
    assert only.count("<article ") == 1
    assert ask(page, "GET", "/mail?skip=x&to=%3Cb%3E")[0] == 200


def test_planned_work_is_forgotten_before_it_is_played_anew(page: Showing) -> None:
    desk, _ = a_change(page)
    Director(page.url).begin_anew()
    assert not desk.tables["change_request"]
    assert desk.tables["sys_user_group"]


def act(page: Showing, path: str, **told: str) -> httpx.Response:
    return httpx.post(f"{page.url}{path}", data=told, follow_redirects=True)


def test_a_partner_is_down_until_it_is_let_answer_again(page: Showing) -> None:
    paging = page.desks[1]
    assert "Down: it answers nobody" in act(page, "/down/pagerduty", does="down").text
    with paging:
        assert [httpx.get(f"{paging.url}/maintenance_windows").status_code for _ in range(3)] == [503] * 3
        assert "Down: it answers nobody" not in act(page, "/down/pagerduty", does="up").text
        assert httpx.get(f"{paging.url}/maintenance_windows").status_code != 503
    assert act(page, "/down/nobody", does="down").status_code == 404


def test_somebody_lets_a_window_end_earlier_behind_everybodys_back(page: Showing) -> None:
    paging = page.desks[1]
    assert isinstance(paging, PagerDuty)
    paging.clock.standing = FRIDAY
    hour = timedelta(hours=1)
    kept = Window("PWIN001", 1, FRIDAY + hour, FRIDAY + 5 * hour, "[DT-1] Upgrade", ("PSECMSG",), "Tierline")
    paging.windows["PWIN001"] = kept
    assert "Let it end earlier" in ask(page, "GET", "/")[1]
    act(page, "/windows/PWIN001")
    assert paging.windows["PWIN001"].end == FRIDAY + 4 * hour
    paging.windows["PWIN001"] = replace(kept, end=FRIDAY + 2 * hour)
    act(page, "/windows/PWIN001")
    assert paging.windows["PWIN001"].end == FRIDAY + 1.5 * hour
    assert act(page, "/windows/PWIN404").status_code == 404


def test_a_message_in_slack_is_shown_as_its_readers_would_see_it() -> None:
    with Slack() as slack, Showing([slack]) as page:
        slack.has_channel("C1", "support", "U1")
        slack.joins("U1", "Ada Quill", "ada@desk.example")
        slack.writes(
            "C1", "*Waits* &lt;b&gt;\n\u2022 <http://desk.example/cases/7/|TL-7>, <@U1>, <@U2>, <javascript:x|no>"
        )
        shown = ask(page, "GET", "/")[1]

    assert "<strong>Waits</strong> &lt;b&gt;" in shown
    assert "<a href='http://desk.example/cases/7/'>TL-7</a>" in shown
    assert "<strong>@Ada Quill</strong>, &lt;@U2&gt;" in shown
    assert "href='javascript" not in shown
