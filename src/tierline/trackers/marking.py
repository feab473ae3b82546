"""The hidden key in a text of ours, by which a repeat finds the first and an echo is known. Pure.

As an HTML comment where the partner keeps them (GitHub), as a last line in brackets where it shows everything.
"""

import re
from urllib.parse import quote, unquote

_COMMENT = re.compile(r"[ \t]*<!-- tierline ([!-~]{1,600}?) -->[ \t]*")
_BRACKET = re.compile(r"[ \t]*\[tierline ([!-Z^-~]{1,600}?)\][ \t]*")


def hidden(text: str, key: str) -> str:
    """``text`` with its key in an HTML comment at the end."""
    return f"{text.rstrip()}\n\n<!-- tierline {_written(key)} -->"


def shown(text: str, key: str) -> str:
    """``text`` with its key in brackets as the last line."""
    return f"{text.rstrip()}\n\n[tierline {_written(key)}]"


def key_in(text: str) -> str | None:
    """The key a text carries; the last when somebody quoted another before it."""
    found = _COMMENT.findall(text) or _BRACKET.findall(text)
    return unquote(found[-1]) if found else None


def without_key(text: str) -> str:
    """The text as a person reads it."""
    return _BRACKET.sub("", _COMMENT.sub("", text)).strip()


def _written(key: str) -> str:
    """Every sign that could end the mark, written as ``%2D`` and so on (``--`` ends an HTML comment)."""
    return quote(key, safe=":/.,@=+_~-").replace("--", "-%2D").replace("--", "-%2D")
