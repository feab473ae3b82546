"""Mails for tests, in the forms mail programs and post offices write them."""

from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP


def a_reply(
    to: str,
    *,
    text: str = "Yes, we take it.\n",
    sender: str = "zoe@far.example",
    files: tuple[tuple[str, bytes], ...] = (),
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """What a person writes back."""
    others = dict(headers or {})
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = f"Zoe <{sender}>", to, "Re: [TL-1] please take over"
    mail["Message-ID"] = others.pop("Message-ID", "<answer-1@far.example>")
    for name, value in others.items():
        mail[name] = value
    mail.set_content(text)
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def a_bounce(
    message_id: str,
    *,
    to: str = "tierline@tierline.example",
    recipient: str = "zoe@far.example",
    action: str = "failed",
    headers_only: bool = False,
    status: str = "5.1.1",
) -> bytes:
    """A delivery status notification in the form of RFC 3464, with the original whole or as its headers only."""
    kind = "text/rfc822-headers" if headers_only else "message/rfc822"
    rest = "" if headers_only else "\n\nPlease take over.\n"
    return f"""Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.far.example>
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <bounce-{abs(hash((message_id, action)))}@mx.far.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.far.example
Arrival-Date: Fri, 20 Nov 2026 09:00:00 -0500

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <{recipient}>: Recipient address rejected: User unknown

--B
Content-Type: {kind}

From: tierline@tierline.example
To: {recipient}
Message-ID: {message_id}
Subject: [TL-1] please take over{rest}
--B--
""".encode()
