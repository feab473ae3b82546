"""Private things hidden as people hide them, made up by dice with a known seed: for ``python -m bench.privacy``.

Invented values in invented sentences, each written plainly and in every disguise that leaves it readable to a person.
Nothing of any data set is in here, and nothing here is anybody's.
"""

import random
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Final

SEED: Final = 4
_LOOK_ALIKES: Final = str.maketrans("aceiopxyABCEHKMOPTX", "асеіорхуАВСЕНКМОРТХ")
_FULL_WIDTH: Final = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_ARABIC: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_BOLD: Final = {ord("0") + digit: 0x1D7CE + digit for digit in range(10)} | {
    ord(first) + letter: start + letter for first, start in (("A", 0x1D400), ("a", 0x1D41A)) for letter in range(26)
}
_WORDS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_GIVEN: Final = ("Wilhelmina", "Tobias", "Rosalind", "Ambrose", "Henrietta", "Casimir", "Leopold", "Beatrix", "Imogen")
_FAMILY: Final = (
    "Quillfeather",
    "Ostrander",
    "Vandermeer",
    "Castellano",
    "Brightwater",
    "Okonkwo",
    "Lindqvist",
    "Szabo",
)

Made = tuple[str, str]  # kind, value


def _digits(dice: random.Random, count: int) -> str:
    return "".join(str(dice.randint(0, 9)) for _ in range(count))


def _ssn(dice: random.Random) -> Made:
    return "ssn", f"{dice.randint(100, 665)}-{dice.randint(10, 99)}-{dice.randint(1000, 9999)}"


def _phone(dice: random.Random) -> Made:
    return "phone", f"({dice.randint(201, 989)}) {dice.randint(200, 999)}-{_digits(dice, 4)}"


def _card(dice: random.Random) -> Made:
    body = "4" + _digits(dice, 14)
    total = sum(
        sum(divmod(int(digit) * (2 if place % 2 == 0 else 1), 10)) for place, digit in enumerate(reversed(body))
    )
    number = body + str(-total % 10)
    return "card", " ".join(number[place : place + 4] for place in range(0, 16, 4))


def _mail(dice: random.Random) -> Made:
    return "email", f"{dice.choice(_GIVEN).lower()}.{dice.choice(_FAMILY).lower()}{dice.randint(1, 99)}@mail.example"


def _name(dice: random.Random) -> Made:
    return "name", f"{dice.choice(_GIVEN)} {dice.choice(_FAMILY)}"


def _born(dice: random.Random) -> Made:
    return "dob", f"{dice.randint(1, 12)}/{dice.randint(1, 28)}/{dice.randint(1930, 2004)}"


def _icn(dice: random.Random) -> Made:
    return "icn", f"1{_digits(dice, 9)}V{_digits(dice, 6)}"


SENTENCES: Final[dict[Callable[[random.Random], Made], tuple[str, ...]]] = {
    _ssn: ("My social is {}, please look me up.", "He typed his SSN {} into the search box.", "SSN: {}"),
    _phone: ("Call me back at {} after noon.", "Her phone is {}.", "reach him: {} (mobile)"),
    _card: ("The card {} was declined twice.", "card number {} does not save"),
    _mail: ("Write to {} when it is fixed.", "Email: {}", "The account of {} is locked."),
    _name: ("The Veteran's name is {} and the page stays blank.", "Patient: {}", "I spoke with {} about the refill."),
    _born: ("The Veteran was born on {} and cannot sign in.", "DOB {}", "date of birth: {}"),
    _icn: ("ICN {} shows two accounts.", "The profile with ICN: {} is empty."),
}


def _between(sign: str) -> Callable[[str], str]:
    return sign.join


def _spelled(value: str) -> str:
    return (
        " ".join(_WORDS[int(sign)] if sign.isdigit() else {"-": "dash"}.get(sign, "") for sign in value)
        .replace("  ", " ")
        .strip()
    )


def _said_mail(value: str) -> str:
    return value.replace("@", " at ").replace(".", " dot ")


def _bracketed_mail(value: str) -> str:
    return value.replace("@", " [at] ").replace(".", " [dot] ")


def _separator(sign: str) -> Callable[[str], str]:
    return lambda value: "".join(sign if each in "- " else each for each in value if each not in "()")


def _split(value: str) -> str:
    for sign in "-@ .":
        if sign in value:
            return value.replace(sign, sign.strip() + "\n", 1) if sign == " " else value.replace(sign, sign + "\n", 1)
    return value[: len(value) // 2] + "\n" + value[len(value) // 2 :]


DISGUISES: Final[dict[str, tuple[Callable[[str], str], frozenset[str]]]] = {
    "plain": (str, frozenset()),
    "zero-width": (_between("\u200b"), frozenset()),
    "soft hyphens": (_between("\u00ad"), frozenset()),
    "struck through": (lambda value: "".join(each + "\u0336" for each in value), frozenset()),
    "look-alikes": (lambda value: value.translate(_LOOK_ALIKES), frozenset({"email", "name"})),
    "full width": (lambda value: value.translate(_FULL_WIDTH), frozenset()),
    "bold mathematics": (lambda value: value.translate(_BOLD), frozenset()),
    "other digits": (lambda value: value.translate(_ARABIC), frozenset({"ssn", "phone", "card", "dob"})),
    "spelled out": (_spelled, frozenset({"ssn", "phone", "card"})),
    "blanks between": (_between(" "), frozenset({"ssn", "phone", "card", "name"})),
    "dots between": (lambda value: ".".join(filter(str.isalnum, value)), frozenset({"ssn", "phone", "card"})),
    "dots": (_separator("."), frozenset({"ssn", "phone", "card"})),
    "blanks": (_separator(" "), frozenset({"ssn", "phone", "card"})),
    "slashes": (_separator("/"), frozenset({"ssn", "phone", "card"})),
    "underscores": (_separator("_"), frozenset({"ssn", "phone", "card"})),
    "long dashes": (_separator("\u2013"), frozenset({"ssn", "phone", "card"})),
    "nothing between": (_separator(""), frozenset({"ssn", "phone", "card"})),
    "small letters": (str.lower, frozenset({"name", "icn", "email"})),
    "capitals": (str.upper, frozenset({"name", "email"})),
    "turned round": (lambda value: ", ".join(reversed(value.split())), frozenset({"name"})),
    "digits for letters": (
        lambda value: value.replace("o", "0").replace("i", "1").replace("e", "3"),
        frozenset({"name"}),
    ),
    "letters for digits": (
        lambda value: value.replace("0", "O").replace("1", "l"),
        frozenset({"ssn", "phone", "card"}),
    ),
    "at and dot": (_said_mail, frozenset({"email"})),
    "[at] and [dot]": (_bracketed_mail, frozenset({"email"})),
    "entities": (lambda value: "".join(f"&#{ord(each)};" for each in value), frozenset()),
    "percent signs": (lambda value: "".join(f"%{ord(e):02X}" if e.isalnum() else e for e in value), frozenset()),
    "escapes": (lambda value: "".join(f"\\u{ord(e):04x}" if e.isalnum() else e for e in value), frozenset()),
    "Base64": (lambda value: b64encode(value.encode()).decode(), frozenset({"email", "card", "icn"})),
    "split lines": (_split, frozenset({"ssn", "phone", "card", "email", "name"})),
    "emphasised": (lambda value: f"**{value}**", frozenset()),
}


def hidden(rounds: int = 12) -> Iterator[tuple[str, str, tuple[int, int, str]]]:
    """Texts with one hidden thing each: the disguise, the text, and where it is."""
    dice = random.Random(SEED)  # noqa: S311 - to be the same every time is the point
    for disguise, (wear, kinds) in DISGUISES.items():
        for _ in range(rounds):
            for make, sentences in SENTENCES.items():
                kind, value = make(dice)
                if kinds and kind not in kinds:
                    continue
                before, after = dice.choice(sentences).split("{}")
                worn = wear(value)
                around = len(worn) - len(worn.strip("*"))
                start = len(before) + around // 2
                yield disguise, before + worn + after, (start, start + len(worn) - around, kind)
