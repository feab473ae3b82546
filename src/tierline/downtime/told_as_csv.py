"""Who was told what, as CSV for spreadsheets. Refuses to write what a spreadsheet would take for a formula."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Final

from tierline.notices.queries import DeliveryView

HEADS: Final = ("Moment", "Revision", "Person", "Told as", "Channel", "State", "When (UTC)", "Answer", "Step")


def lines(told: Iterable[DeliveryView]) -> Iterator[str]:
    """The heads, then a line for each person on each channel."""
    yield _line(HEADS)
    for one in told:
        at = f"{one.at:%Y-%m-%d %H:%M:%S}" if one.at else ""
        said = ", ".join(one.words)
        yield _line((one.moment, str(one.revision), one.name, said, one.channel, one.state, at, one.answer, one.step))


def _line(cells: tuple[str, ...]) -> str:
    written_to = StringIO()
    csv.writer(written_to).writerow([f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell for cell in cells])
    return written_to.getvalue()
