"""What looks private and is not: numbers of cases, incidents, changes and issues, and our own placeholders. Pure.

A hit that touches one of these is no hit. The forms are those partners' systems give out; a deployment's own come in
through ``known``. Refuses to go by digits alone: a nine-digit run after "INC" is no incident number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from tierline.privacy.span import PLACEHOLDERS

#: A word of capitals and digits that ends with a digit. It begins with a character set, so that the search is fast.
_CODE: Final = re.compile(r"[A-Z](?<!\w.)[A-Z0-9-]{1,40}(?<=\d)(?![\w-])")
_REFERENCE: Final = re.compile(
    r"TL-\d{1,18}|HRC-HD-[A-Z0-9]{2}-\d{8,10}"
    r"|(?:INC|RITM|REQ|CHG|PRB|CTASK|PTASK|SCTASK|TASK|KB|CS|IMS|STRY|STSK|DMND)\d{7,8}"
    r"|(?!MRN|SSN|DOB|ACC|INS|PAT|MEM|POL|EMP|DL|PIN|NPI|DEA|EDIPI|ICN|MBI)[A-Z][A-Z0-9]{1,9}-\d{1,5}"
)
_ISSUE: Final = re.compile(r"#(?<![#&].)\d{1,7}(?![\w-])")
_PLACEHOLDER: Final = re.compile(
    rf"\[(?:{'|'.join(re.escape(placeholder[1:]) for placeholder in dict.fromkeys(PLACEHOLDERS.values()))})"
)
_NAMED: Final = re.compile(
    r"(?<!\w)(?:issue|pull|ticket|case|incident|record|pr)s?[/ ](?:(?:no|number)\b\.?|#)? ?(?:is )?\d{4,8}(?![\w.-])",
    re.IGNORECASE,
)
_NAMING_WORDS: Final = frozenset(
    word + ending for word in ("issue", "pull", "ticket", "case", "incident", "record", "pr") for ending in ("", "s")
)


def references(text: str, words: frozenset[str]) -> list[tuple[int, int]]:
    """Where numbers of cases and the like stand, in order."""
    found = [code.span() for code in _CODE.finditer(text) if _REFERENCE.fullmatch(code.group())]
    if "#" in text:
        found += [match.span() for match in _ISSUE.finditer(text)]
    if "[" in text:
        found += [match.span() for match in _PLACEHOLDER.finditer(text)]
    if not words.isdisjoint(_NAMING_WORDS):
        found += [match.span() for match in _NAMED.finditer(text)]
    return found


def occurrences(text: str, known: Iterable[str]) -> list[tuple[int, int]]:
    """Where words stand that the caller knows to be no secret (a team's mailbox, a product), in any letter case."""
    words = sorted({word for word in known if word.strip()}, key=len, reverse=True)
    if not words:
        return []
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words), re.IGNORECASE)
    return [match.span() for match in pattern.finditer(text)]
