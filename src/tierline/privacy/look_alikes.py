"""Letters of other scripts that look like one of ours, each with ours. Pure.

Only those that are mistaken for each other in common typefaces (Unicode Technical Standard 39 calls them
confusables). Refuses to fold whole words: ``normalising`` uses this only inside words of two scripts.
"""

from __future__ import annotations

from typing import Final

_PAIRS: Final = {
    "A": "ΑАᎪᗅ", "B": "ΒВᏴᗷ", "C": "СϹᏟⅭ", "D": "ᎠⅮ", "E": "ΕЕᎬ", "F": "Ϝᖴ", "G": "ԌᏀ", "H": "ΗНᎻ", "I": "ΙІӀ",
    "J": "ЈᎫ", "K": "ΚКᏦ", "L": "ᏞⅬ", "M": "ΜМᎷⅯ", "N": "Ν", "O": "ΟОՕ", "P": "ΡРᏢ", "Q": "Ԛ", "R": "ᎡᏒ",
    "S": "ЅՏᏚ", "T": "ΤТᎢ", "U": "Սᑌ", "V": "ѴᏙⅤ", "W": "ԜᎳ", "X": "ΧХⅩ", "Y": "ΥҮᎩ", "Z": "ΖᏃ",
    "a": "аɑα", "b": "Ьᖯ", "c": "сϲⅽ", "d": "ԁⅾ", "e": "еҽ", "g": "ɡց", "h": "һհ", "i": "іıιɩ", "j": "јϳ", "k": "кκ",
    "l": "ӏⅼ", "m": "мⅿ", "n": "ոп", "o": "оοօσ", "p": "рρ", "q": "ԛ", "r": "гᴦ", "s": "ѕꜱ", "t": "тτ", "u": "υսᴜ",
    "v": "νѵⅴ", "w": "ԝѡա", "x": "хχⅹ", "y": "уүγ", "z": "ᴢ",
}  # fmt: skip

#: For ``str.translate``: code of the look-alike -> code of ours.
LOOK_ALIKES: Final[dict[int, int]] = {ord(other): ord(ours) for ours, others in _PAIRS.items() for other in others}
