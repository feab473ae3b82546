"""Reading hostile mail: whatever the bytes are, something is told of them, within a bounded time, and storable."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.mail.letters import a_bounce, a_reply

from tierline.mail import reading
from tierline.mail.judging import Circumstances, judge
from tierline.mail.reading import ReadMail, read
from tierline.mail.texts import own_words, text_of_html


def is_storable(mail: ReadMail) -> bool:
    """PostgreSQL takes no NUL, UTF-8 no half letters."""
    texts = (mail.subject, mail.text, mail.sender, mail.message_id, *mail.recipients, *mail.troubles, *mail.returned)
    texts += tuple(file.name for file in mail.files)
    return all("\x00" not in text and text.encode() is not None for text in texts)


HEAD = b"From: a@far.example\nTo: b@tierline.example\nMessage-ID: <1@far.example>\n"
NESTED = HEAD + b"".join(
    b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (depth, depth) for depth in range(2000)
)
NASTY = {
    "nothing": b"",
    "no headers": b"\n\nhello",
    "only NULs": b"\x00" * 5000,
    "NULs in headers": HEAD + b"Subject: a\x00b\n\ntext\x00text",
    "nested two thousand deep": NESTED,
    "nested a hundred deep": NESTED[: NESTED.index(b'"100"')],
    "a thousand parts": HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 1000,
    "a boundary that never comes": HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\ntext',
    "no boundary": HEAD + b"Content-Type: multipart/mixed\n\ntext",
    "a boundary of a megabyte": HEAD + b'Content-Type: multipart/mixed; boundary="' + b"b" * 10**6 + b'"\n\n--b\n',
    "a header of five megabytes": HEAD + b"Subject: " + b"x" * 5 * 10**6 + b"\n\ntext",
    "parameters without end": HEAD + b"Content-Type: text/plain" + b';a="' * 500_000 + b"\n\ntext",
    "a hundred thousand headers": HEAD + b"X-A: b\n" * 100_000 + b"\ntext",
    "a folded header without end": HEAD + b"Subject: a\n" + b" b\n" * 200_000 + b"\ntext",
    "a charset nobody knows": HEAD + b"Content-Type: text/plain; charset=klingon\n\n\xff\xfe",
    "a charset that is a trap": HEAD + b"Content-Type: text/plain; charset=punycode\n\n" + b"a-" * 100_000,
    "a charset that is a codec": HEAD + b"Content-Type: text/plain; charset=zip\n\nx\x9c\x03",
    "a charset with a NUL": HEAD + b"Content-Type: text/plain; charset=\x00\n\nx",
    "escapes for a charset": HEAD + b"Content-Type: text/plain; charset=unicode_escape\n\n\\ud800",
    "half letters": HEAD + b"Content-Type: text/plain; charset=utf-7\n\n+2AA-",
    "quoted-printable without end": HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=\n" * 400_000,
    "quoted-printable of equals": HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=" * 10**6,
    "base64 that is none": HEAD + b"Content-Transfer-Encoding: base64\n\n" + b"!" * 1000,
    "uuencode that is none": HEAD + b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n\xff\xff\nend\n",
    "encoded words without end": HEAD + b"Subject: " + b"=?utf-8?b?" * 100_000 + b"\n\n",
    "an encoded word that is none": HEAD + b"Subject: =?utf-8?b?!!!!?= =?nope?q?=ff?=\n\n",
    "addresses in comments in comments": b"From: " + b"(" * 100_000 + b"\n\n",
    "addresses of quotes": b"From: " + b'"\\' * 50_000 + b"\nTo: " + b"<" * 50_000 + b"\n\n",
    "a file name in pieces": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment; "
    + b"; ".join(b"filename*%d*=x%%zz" % n for n in range(500))
    + b"\n\nx\n--b--",
    "tags that never close": HEAD + b"Content-Type: text/html\n\n" + b"<" * 400_000,
    "scripts that never close": HEAD + b"Content-Type: text/html\n\n" + b"<script>" * 50_000,
    "comments that never close": HEAD + b"Content-Type: text/html\n\n" + b"<!--" * 100_000,
    "a million lines": HEAD + b"\n" + b"\n" * 1_200_000,
    "a report of nothing": HEAD + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
    b"Content-Type: message/delivery-status\n\n\n\n\n--b--",
    "a report that is text": HEAD + b"Content-Type: message/delivery-status\n\nAction: failed\nStatus: \xff",
    "a message in a message": HEAD + b"Content-Type: message/rfc822\n\n" * 500,
}


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_mail_is_read_in_time_and_can_be_stored(name: str) -> None:
    began = time.monotonic()
    mail = read(NASTY[name])
    judge(mail, Circumstances())
    assert time.monotonic() - began < 8
    assert len(mail.identity) == 64
    assert is_storable(mail)


def test_a_mail_that_is_too_large_is_told_by_its_headers_alone() -> None:
    mail = read(HEAD + b"Subject: large\n\n" + b"x" * reading.LARGEST)
    assert (mail.subject, mail.sender, mail.text) == ("large", "a@far.example", "")
    assert "larger than 25 MiB" in mail.troubles[0]


@settings(max_examples=300)
@given(st.binary(max_size=3000))
@example(b"Content-Type: multipart/report; boundary=\n\n")
def test_any_bytes_are_read(raw: bytes) -> None:
    mail = read(raw)
    judge(mail, Circumstances())
    assert is_storable(mail)


PIECES = st.sampled_from(
    [
        b"From: a@b.example\n",
        b"To: ",
        b"\n",
        b"\r\n",
        b"--b\n",
        b"--b--\n",
        b"\n\n",
        b"\x00",
        b"\xff",
        b"=",
        b"=3D",
        b"?=",
        b"Content-Type: multipart/mixed; boundary=b\n",
        b"Content-Type: multipart/report; report-type=delivery-status; ",
        b"boundary=b\n",
        b"Content-Type: message/rfc822\n",
        b"Content-Type: message/delivery-status\n",
        b"Content-Type: text/html; charset=",
        b"utf-16\n",
        b"utf-8\n",
        b"iso-2022-jp\n",
        b"idna\n",
        b"hz\n",
        b"~{",
        b"Content-Transfer-Encoding: quoted-printable\n",
        b"Content-Transfer-Encoding: base64\n",
        b"<p>",
        b"</",
        b"&#xD800;",
        b"Content-Disposition: attachment; filename*=utf-8''%ff%00\n",
        b"Content-Type: text/rfc822-headers\n",
        b"Message-ID: <a@b>\n",
        b"Action: failed\n",
        b"Status: 5.1.1\n",
        b"Subject: =?utf-8?q?=00?=\n",
        b'"',
        b"(",
        b"\\",
        b"Auto-Submitted: ",
        b"Final-Recipient: ;\n",
        b" ",
        b"\t",
    ]
)


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=60).map(b"".join))
def test_any_ruin_of_a_mail_is_read(raw: bytes) -> None:
    mail = read(raw)
    judge(mail, Circumstances())
    assert is_storable(mail)
    assert not any("cannot be read as a message" in trouble for trouble in mail.troubles)


def test_a_charset_that_is_none_of_mail_ruins_nothing() -> None:
    mail = read(b"Content-Type: text/html; charset=idna\n\nGr\xfc\xdfe")
    assert "Gr" in mail.text
    assert not mail.troubles


def test_the_same_mail_is_the_same_by_whatever_way_it_came() -> None:
    raw = a_reply("tierline@tierline.example")
    stamped = b"Received: from mx by box; Fri, 20 Nov 2026\r\nDelivered-To: box\r\n" + raw
    assert read(raw).identity == read(stamped).identity == read(raw.replace(b"\r\n", b"\n")).identity
    assert read(raw).identity != read(raw.replace(b"take it", b"leave it")).identity


def test_words_files_and_ids_are_told_apart() -> None:
    raw = a_reply(
        "tierline+1@tierline.example",
        text="Grüße, we take it.",
        files=(("screen.png", b"\x89PNG\r\n\x1a\n"), ("../../etc/passwd", b"x")),
        headers={"In-Reply-To": "<b@x>", "References": "<a@x> <b@x>"},
    )
    mail = read(raw)
    assert mail.text == "Grüße, we take it."
    assert [file.name for file in mail.files] == ["screen.png", "../../etc/passwd"]
    assert mail.files[0].content == b"\x89PNG\r\n\x1a\n"
    assert mail.answers == ("<b@x>", "<a@x>", "<b@x>")


def test_html_becomes_words_and_nothing_else() -> None:
    page = (
        "<html><head><title>t</title></head><style>p{}</style><p>We&nbsp;take it.</p><script>alert(1)</script>Zo&euml;"
    )
    assert text_of_html(page) == "We\xa0take it.\nZoë"


def test_what_is_quoted_is_told_from_ones_own_words() -> None:
    assert own_words("Yes.\n\nOn Friday Ben wrote:\n> Please\n> take it") == "Yes."
    assert own_words("No, because\n> you asked\nof this.\n-- \nZoe, Sustainment") == "No, because\nof this."
    assert own_words("> only quoted") == "> only quoted"


@pytest.mark.parametrize("headers_only", [False, True])
def test_a_bounce_names_the_message_that_came_back(headers_only: bool) -> None:
    mail = read(a_bounce("<0123456789abcdef0123456789abcdef@tierline.example>", headers_only=headers_only))
    assert mail.returned == ("<0123456789abcdef0123456789abcdef@tierline.example>",)
    assert mail.report
    assert mail.null_sender
    [one] = mail.deliveries
    assert (one.recipient, one.failed, one.status) == ("zoe@far.example", True, "5.1.1")
    assert "User unknown" in one.said


def test_two_short_mails_without_an_id_are_two() -> None:
    head = (
        b"From: ida@far.example\nTo: desk+%d@tierline.example\nDate: Fri, 20 Nov 2026 12:0%d:00 +0000\n\nWe take it.\n"
    )
    assert read(head % (1, 1)).identity != read(head % (2, 2)).identity
    assert read(head % (1, 1)).identity == read(b"Received: from there\n" + head % (1, 1)).identity
    assert read(b"").identity != read(b"\x8fno mail at all").identity
