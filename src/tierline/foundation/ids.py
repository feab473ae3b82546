"""How things are called: slugs, references of cases and of downtimes. Pure; refuses what is not a name."""

import re

SLUG = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
_REFERENCE = re.compile(r"^\s*TL-?(\d{1,18})\s*$", re.IGNORECASE)
_DOWNTIME = re.compile(r"^\s*DT-?(\d{1,18})\s*$", re.IGNORECASE)


def case_reference(number: int) -> str:
    """The name people use for a case: ``TL-1042``."""
    return f"TL-{number}"


def case_number(reference: str) -> int | None:
    """The number in ``TL-1042`` (any letter case, hyphen or not), or None when the text is no case reference."""
    match = _REFERENCE.match(reference)
    return int(match.group(1)) if match else None


def downtime_reference(number: int) -> str:
    """The name people use for a downtime: ``DT-12``."""
    return f"DT-{number}"


def downtime_number(reference: str) -> int | None:
    """The number in ``DT-12`` (any letter case, hyphen or not), or None when the text is no downtime's reference."""
    match = _DOWNTIME.match(reference)
    return int(match.group(1)) if match else None
