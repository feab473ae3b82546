"""The log: one JSON line an event, with where it broke and without what anybody wrote."""

import json
import logging
from collections.abc import Iterator

import pytest

from tierline.foundation.journal import configure


@pytest.fixture(autouse=True)
def handlers_back() -> Iterator[None]:
    root = logging.getLogger()
    kept, level = list(root.handlers), root.level
    yield
    root.handlers[:] = kept
    root.setLevel(level)


def test_an_exception_is_told_by_kind_and_place_and_never_by_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    configure({"level": "INFO"})
    try:
        raise ValueError("SSN 987-65-4321 of Tamsin Stillwater")
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error")
    line = json.loads(capsys.readouterr().err)
    assert line["exception"] == "ValueError"
    assert line["through"][0].startswith("test_journal.py:")
    assert "Stillwater" not in json.dumps(line)
