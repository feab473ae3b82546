"""``python -m bench.privacy``: how well and how fast the privacy guard finds what people labelled as private.

    python -m bench.privacy                      all of ../shared/data/pii_synth and pii_anon
    python -m bench.privacy --part held-out      only the texts the guard was not tuned on
    python -m bench.privacy --data DIR --json    another folder; figures as JSON
    make bench-privacy                           the first, installed before

A data set is a folder with ``data.jsonl`` or ``data.jsonl.gz``: ``{"text", "spans": [[start, end, kind]], "src"}``.
Characters are compared, not kinds: what counts is that private characters do not leave. Without data it says so and
ends with status 2.
"""

import argparse
import gzip
import json
import os
import sys
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bench.adversary import hidden
from tierline.privacy.finding import find
from tierline.privacy.span import Span
from tierline.privacy.wordlist import words as words_in

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
SETS = ("pii_synth", "pii_anon")
HELD_OUT_SHARE = 2  # one template (or text) in so many is held out
#: Kinds in the data sets whose form or label gives them away.
STRUCTURED = words_in(
    "CREDIT_CARD PHONE_NUMBER US_SSN IBAN_CODE IP_ADDRESS EMAIL_ADDRESS US_DRIVER_LICENSE DOMAIN_NAME ZIP_CODE "
    "MEDICAL_RECORD_NUMBER HEALTH_INSURANCE_ID NPI_NUMBER DEA_NUMBER DATE_OF_BIRTH TIMESTAMP"
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and what people say is private in it."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


@dataclass(slots=True)
class Tally:
    """What was counted over some texts."""

    right: int = 0
    found: int = 0
    labelled: int = 0
    clean: int = 0
    left_clean: int = 0
    whole: Counter[str] = field(default_factory=Counter)
    entities: Counter[str] = field(default_factory=Counter)
    covered: Counter[str] = field(default_factory=Counter)  # characters, by the kind of the label
    characters: Counter[str] = field(default_factory=Counter)
    ours_right: Counter[str] = field(default_factory=Counter)  # characters, by the kind we call them
    ours: Counter[str] = field(default_factory=Counter)

    def add(self, text: Labelled, found: Sequence[Span]) -> list[str]:
        """Count one text; the labelled pieces that were not covered whole."""
        ours = {place for span in found for place in _seen(text.text, span.start, span.end)}
        theirs = {place for start, end, _ in text.spans for place in _seen(text.text, start, end)}
        self.right += len(ours & theirs)
        self.found += len(ours)
        self.labelled += len(theirs)
        for span in found:
            places = _seen(text.text, span.start, span.end)
            self.ours[span.kind] += len(places)
            self.ours_right[span.kind] += len(places & theirs)
        if not text.spans:
            self.clean += 1
            self.left_clean += not ours
        return [
            f"{kind}: {text.text[start:end]!r}"
            for start, end, kind in text.spans
            if not self._whole(text, ours, kind, start, end)
        ]

    def _whole(self, text: Labelled, ours: set[int], kind: str, start: int, end: int) -> bool:
        places = _seen(text.text, start, end)
        self.entities[kind] += 1
        self.characters[kind] += len(places)
        self.covered[kind] += len(places & ours)
        self.whole[kind] += places <= ours
        return places <= ours

    def figures(self) -> dict[str, float | int | None]:
        """Precision, recall, F2 by characters; shares of entities covered whole and of clean texts left clean."""
        precision, recall = _share(self.right, self.found), _share(self.right, self.labelled)
        f2 = 5 * precision * recall / (4 * precision + recall) if precision and recall else None
        structured = [kind for kind in self.entities if kind in STRUCTURED]
        return {
            "precision": precision,
            "recall": recall,
            "f2": f2,
            "entities": self.entities.total(),
            "whole": _share(self.whole.total(), self.entities.total()),
            "structured": sum(self.entities[kind] for kind in structured),
            "structured whole": _share(
                sum(self.whole[kind] for kind in structured), sum(self.entities[kind] for kind in structured)
            ),
            "clean texts": self.clean,
            "left clean": _share(self.left_clean, self.clean),
        }


def _seen(text: str, start: int, end: int) -> set[int]:
    """The places between two that hold something to see."""
    return {place for place in range(start, end) if not text[place].isspace()}


def _share(part: int, of: int) -> float | None:
    return part / of if of else None


def parser() -> argparse.ArgumentParser:
    """The options of the bench."""
    words = argparse.ArgumentParser(prog="python -m bench.privacy", description="Measure the privacy guard.")
    words.add_argument(
        "--data", type=Path, default=Path(os.environ.get("TIERLINE_DATA", DATA)), help="folder of data sets"
    )
    words.add_argument("--part", choices=("all", "tuned", "held-out"), default="all", help="which half of the texts")
    words.add_argument("--json", action="store_true", help="write the figures as JSON")
    words.add_argument("--missed", action="store_true", help="list what was not covered whole")
    return words


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; the exit status."""
    given = parser().parse_args(arguments)
    paths = [path for name in SETS for path in sorted((given.data / name).glob("data.jsonl*"))]
    if not paths:
        print(
            f"No data to measure on: {given.data} holds neither {' nor '.join(SETS)}. Give --data FOLDER.",
            file=sys.stderr,
        )
        return 2
    texts = {f"{path.parent.name}/{src}": group for path in paths for src, group in _read(path, given.part).items()}
    figures: dict[str, Any] = {name: _measured(group, tell=given.missed) for name, group in texts.items()}
    everything = [text for group in texts.values() for text in group]
    speed = {
        "patterns MB/s": _speed(everything, partial(find, thorough=False)),
        "everything MB/s": _speed(everything, find),
    }
    figures["own/hidden"] = _measured([Labelled(text, (span,)) for _, text, span in hidden()], tell=given.missed)
    if given.json:
        print(json.dumps({"part": given.part, "sets": figures, "speed": speed}, indent=1))
    else:
        _tell(given.part, figures, speed)
    return 0


def _read(path: Path, part: str) -> dict[str, list[Labelled]]:
    """The texts of a data set by the source they name; of one half, when asked."""
    groups: dict[str, list[Labelled]] = defaultdict(list)
    for row in _rows(path):
        # All texts made from one template stay on one side, so that no template is tuned on and measured.
        key = str(row.get("tpl") or row.get("id") or row["text"])
        held_out = zlib.crc32(key.encode()) % HELD_OUT_SHARE == 0
        if part == "all" or held_out == (part == "held-out"):
            spans = tuple((start, end, kind) for start, end, kind in row["spans"])
            groups[str(row.get("src", "all"))].append(Labelled(row["text"], spans))
    return groups


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    raw = path.read_bytes()
    text = gzip.decompress(raw) if path.suffix == ".gz" else raw
    yield from (json.loads(line) for line in text.decode("utf-8").splitlines() if line.strip())


def _measured(texts: list[Labelled], *, tell: bool) -> dict[str, Any]:
    tally = Tally()
    for text in texts:
        missed = tally.add(text, find(text.text))
        if tell and missed:
            print(f"{missed}\n    in {text.text!r}")
    kinds = {
        kind: {
            "entities": count,
            "whole": tally.whole[kind] / count,
            "recall": _share(tally.covered[kind], tally.characters[kind]),
        }
        for kind, count in sorted(tally.entities.items())
    }
    precision = {kind: _share(tally.ours_right[kind], count) for kind, count in sorted(tally.ours.items())}
    return {"texts": len(texts), **tally.figures(), "kinds": kinds, "precision by kind found": precision}


def _speed(texts: list[Labelled], look: Callable[[str], object]) -> float:
    """Megabytes of text a second of processor time, texts one by one."""
    size = sum(len(text.text.encode("utf-8", "surrogatepass")) for text in texts)
    for text in texts[:50]:
        look(text.text)  # the word lists are read and the patterns compiled once
    begun = time.process_time()
    for text in texts:
        look(text.text)
    return size / 1e6 / max(time.process_time() - begun, 1e-9)


def _tell(part: str, sets: dict[str, Any], speed: dict[str, float]) -> None:
    print(f"texts: {part}; figures by characters, entities covered whole\n")
    print(f"{'set':<24}{'texts':>7}{'prec.':>8}{'recall':>8}{'F2':>8}{'whole':>8}{'struct.':>9}{'clean':>8}")
    for name, found in sets.items():
        shown = [found[key] for key in ("precision", "recall", "f2", "whole", "structured whole", "left clean")]
        cells = ["   -" if value is None else f"{value:.3f}" for value in shown]
        print(
            f"{name:<24}{found['texts']:>7}"
            + "".join(f"{cell:>{w}}" for cell, w in zip(cells, (8, 8, 8, 8, 9, 8), strict=True))
        )
    for name, found in sets.items():
        print(f"\n{name}, by labelled kind (entities: whole, recall), then precision by the kind we call it")
        print(
            "  "
            + "; ".join(
                f"{kind} ({row['entities']}: {row['whole']:.3f}, {row['recall']:.3f})"
                for kind, row in found["kinds"].items()
            )
        )
        print("  " + "; ".join(f"{kind} {value:.2f}" for kind, value in found["precision by kind found"].items()))
    print("\n" + "; ".join(f"{name}: {value:.1f}" for name, value in speed.items()))


if __name__ == "__main__":
    sys.exit(main())
