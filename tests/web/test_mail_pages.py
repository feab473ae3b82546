"""Mail on the pages: an answer in the story with its two buttons, the page of what nobody could place, the header."""

import re
from datetime import datetime

import pytest
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.mail.letters import a_bounce, a_reply
from tests.mail.scene import a_mailed_hand_off, answer_address, message_id, the_mail
from tests.people import Cast
from tests.web.desk import an_offered_case, page, sign_in, streamed, text

from tierline.cases import queries
from tierline.mail.actions import take_mail
from tierline.mail.models import MailboxRow, MailRow
from tierline.mail.queries import forget

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock", "fresh")]


@pytest.fixture
def fresh() -> None:
    forget()


def an_unplaced_mail(at: datetime, message_id: str = "<1@far.example>") -> int:
    raw = a_reply("tierline@tierline.example", headers={"Message-ID": message_id})
    return take_mail(raw, came_by="pipe", at=at).id


def test_an_answer_is_shown_with_both_ways_to_take_it(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    take_mail(a_reply(answer_address(number), text="We <b>take</b> it."), came_by="pipe", at=at)
    client = sign_in("triager")
    shown = text(client.get(page("case", number)))
    assert "Answer by mail from zoe@far.example, an address the plans do not give for them" in shown
    assert "We &lt;b&gt;take&lt;/b&gt; it." in shown
    assert ">They take it</button>" in shown
    assert ">They do not take it</button>" in shown
    assert "Answered" in text(client.get(page("queue", "vets-gov", tab="new")))
    version = str(queries.case(cast.triager, number, at=at).line.version)
    sent = {"move": "acknowledge", "text": "We take it.", "version": version}
    assert f"TL-{number} was taken over." in text(client.post(page("case-move", number), sent, follow=True))
    shown = text(client.get(page("case", number)))
    assert "They take it</button>" not in shown


def test_they_do_not_take_it_with_their_words_for_the_reason(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    take_mail(a_reply(answer_address(number), text="No: wrong desk."), came_by="pipe", at=at)
    client = sign_in("triager")
    shown = text(client.get(page("case", number)))
    assert 'name="text" value="No: wrong desk."' in shown
    assert 'aria-label="Why they do not take it"' in shown  # beside the button: no way there but by a reason
    assert '<option value="wrong-desk">' in shown
    asked = client.post(page("case-move", number), {"move": "refuse", "text": "No: wrong desk."})
    assert asked.status_code == 422
    assert ">No: wrong desk.</textarea>" in text(asked)
    client.post(page("case-move", number), {"move": "refuse", "reason": "wrong-desk", "text": "No: wrong desk."})
    assert queries.case(cast.triager, number, at=at).hand_offs[-1].return_words == "No: wrong desk."


def test_who_only_reads_the_case_gets_no_buttons(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    take_mail(a_reply(answer_address(number)), came_by="pipe", at=at)
    shown = text(sign_in("agent").get(page("case", number)))
    assert "Answer by mail" in shown
    assert "They take it</button>" not in shown
    assert "Read; nothing follows from it" not in shown


def test_an_answer_can_be_read_and_left(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    take_mail(a_reply(answer_address(number), text="Which browser?"), came_by="pipe", at=at)
    client = sign_in("triager")
    shown = text(client.post(page("case-move", number), {"move": "answer-read"}, follow=True))
    assert "counts as read" in shown
    assert client.post(page("case-move", number), {"move": "answer-read"}).status_code == 409
    assert sign_in("agent").post(page("case-move", number), {"move": "answer-read"}).status_code == 409


def test_a_bounce_is_shown_where_it_belongs(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    take_mail(a_bounce(message_id(number), recipient=the_mail(number).message["to"]), came_by="pipe", at=at)
    shown = text(sign_in("triager").get(page("case", number)))
    assert "Message came back: it was never delivered" in shown
    assert "User unknown" in shown
    assert "1 message failed" in shown


def test_refused_files_are_named(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    take_mail(a_reply(answer_address(number), files=(("run.exe", b"MZ"),)), came_by="pipe", at=at)
    assert "Not kept as a file: run.exe" in text(sign_in("triager").get(page("case", number)))


def test_the_page_of_mail_lists_what_waits_and_lets_a_person_decide(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    one, other = an_unplaced_mail(at), an_unplaced_mail(at, "<2@far.example>")
    client = sign_in("lead")
    shown = text(client.get(page("mail")))
    assert "2 mails to place" in shown
    assert "A subject alone places nothing." in shown
    answer = client.post(page("mail-one", one), {"move": "place", "case": "TL-99999"})
    assert answer.status_code == 422
    assert 'value="TL-99999"' in text(answer)
    hidden = an_offered_case(cast, at)
    assert client.post(page("mail-one", one), {"move": "place", "case": f"TL-{hidden}"}).status_code == 422
    shown = text(client.post(page("mail-one", one), {"move": "dismiss"}, follow=True))
    assert "asks nothing of anybody" in shown
    assert "1 mail to place" in shown
    assert page("mail-one", one) in text(client.get(page("mail") + "?all=1"))
    assert "Look at it again" in text(client.get(page("mail-one", one)))
    assert client.post(page("mail-one", one), {"move": "dismiss"}).status_code == 409
    client.post(page("mail-one", one), {"move": "reopen"})
    assert MailRow.objects.get(pk=one).state == "open"
    assert client.post(page("mail-one", other), {"move": "burn"}).status_code == 422
    shown = text(client.post(page("mail-one", other), {"move": "place", "case": f"tl{number}"}, follow=True))
    assert f"The mail belongs to TL-{number} now" in shown
    assert "Yes, we take it." in text(client.get(page("case", number)))


def test_only_the_duty_sees_the_page_and_its_mail(cast: Cast, at: datetime) -> None:
    one = an_unplaced_mail(at)
    for role in ("agent", "triager", "outsider"):
        client = sign_in(role)
        assert client.get(page("mail")).status_code == 403
        assert client.get(page("mail-one", one)).status_code == 404
        assert client.get(page("mail-raw", one)).status_code == 404
        for move in ("place", "dismiss", "reopen", "x"):
            assert client.post(page("mail-one", one), {"move": move, "case": "TL-1"}).status_code == 404
        assert "to place" not in text(client.get(page("help")))
    assert MailRow.objects.get(pk=one).state == "open"


def test_mail_with_a_case_is_read_by_those_who_see_the_case_and_decided_by_nobody(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    taken = take_mail(a_reply(answer_address(number)), came_by="pipe", at=at)
    assert "Yes, we take it." in text(sign_in("triager").get(page("mail-one", taken.id)))
    assert sign_in("triager").post(page("mail-one", taken.id), {"move": "dismiss"}).status_code == 403
    assert sign_in("outsider").get(page("mail-one", taken.id)).status_code == 404


def test_the_raw_mail_only_leaves_as_a_download(cast: Cast, at: datetime) -> None:
    one = an_unplaced_mail(at)
    answer = sign_in("lead").get(page("mail-raw", one))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="mail-{one}.eml"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert streamed(answer) == a_reply("tierline@tierline.example", headers={"Message-ID": "<1@far.example>"})


def test_a_mail_cannot_smuggle_markup_into_a_page(cast: Cast, at: datetime) -> None:
    raw = a_reply("tierline@tierline.example", text="<script>alert(1)</script>").replace(
        b"Subject: ", b"Subject: <img src=x onerror=alert(1)> "
    )
    one = take_mail(raw, came_by="pipe", at=at).id
    client = sign_in("lead")
    for address in (page("mail"), page("mail-one", one)):
        shown = text(client.get(address))
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown


def test_the_header_says_that_no_mail_comes_in(cast: Cast, settings: Settings) -> None:
    settings.IMAP_URL = "imap://desk:x@127.0.0.1:1/INBOX"
    MailboxRow.objects.create(account="x" * 64, trouble="Mail cannot be fetched from 127.0.0.1: refused")
    shown = text(sign_in("agent").get(page("help")))
    assert "No mail comes in" in shown
    assert "Mail cannot be fetched from 127.0.0.1: refused" in shown


def test_a_page_of_mail_costs_the_same_however_much_there_is(
    cast: Cast, at: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for index in range(15):
        an_unplaced_mail(at, f"<{index}@far.example>")
    client = sign_in("lead")
    client.get(page("mail"))
    with django_assert_max_num_queries(6):
        assert "14@far" not in text(client.get(page("mail")))


def test_mail_that_waits_to_be_read_is_named_with_the_next_step_and_leads_to_it(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    client = sign_in("triager")
    assert "waits to be read" not in text(client.get(page("case", number)))
    take_mail(a_reply(answer_address(number), text="We take it."), came_by="pipe", at=at)
    shown = text(client.get(page("case", number)))
    lead = re.search(rf'href="{page("case", number)}#(fact-\d+)">Mail about this came', shown)
    assert lead
    assert shown.count(f'id="{lead[1]}"') == 1
    assert "waits to be read" in text(client.get(page("queue", "vets-gov", case=str(number))))
    assert "waits to be read" not in text(sign_in("agent").get(page("case", number)))
