"""Telling the duties that a decision names: the restricted path, patient safety and the like. Once each, by mail.

The message says that there is something and where, never what: whoever holds the duty looks at the case itself.
"""

from datetime import datetime

from tierline.cases.models import CaseRow
from tierline.cases.wording import tell_text
from tierline.directory.actor import TIERLINE
from tierline.foundation.ids import case_reference
from tierline.outbox.actions import send_out
from tierline.plans.decision import Decision, Outcome
from tierline.plans.planbook import Planbook
from tierline.timeline.actions import record

SUBJECT = "case"


def tell_duties(case: CaseRow, decision: Decision, planbook: Planbook, *, at: datetime) -> None:
    """Put a word to every holder of the decision's duties on its way, inside the caller's transaction.

    The same duty is told of the same kind of decision once a case; a duty without a holder is written down as such.
    """
    restricted = decision.outcome is Outcome.RESTRICTED
    untold: list[str] = []
    for duty in decision.tell:
        holders = planbook.holders_of(duty)
        if not holders:
            untold.append(duty)
        for box in holders:
            send_out(
                f"case-{case.pk}:tell:{'restricted' if restricted else 'flagged'}:{duty}:{box.email}",
                by="email",
                subject=(SUBJECT, case.pk),
                team=case.holder,
                organisations=case.organisations,
                restricted_to=case.restricted_to,
                message={
                    "to": box.email,
                    "subject": f"[{case_reference(case.pk)}] Please look at this case",
                    "text": tell_text(case_reference(case.pk), planbook.duty_label(duty), restricted=restricted),
                },
                at=at,
            )
    if untold:
        record(SUBJECT, case.pk, "duty-without-holder", actor=TIERLINE, at=at, duties=untold)
