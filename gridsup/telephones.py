"""What can be a telephone number: those of the mainland as people write them, and foreign ones with their country."""

import re
from unicodedata import normalize

# Signs that people write between the figures.
SIGNS = re.compile(r"[-() ]")
# With the country's own number in front, or 0 before a mobile one, as some dial it.
HOME = r"(?:\+86|0086|86)?"
KINDS = (
    HOME + r"0?1[3-9]\d{9}",  # mobile
    HOME + r"0?(?:10|2\d|[3-9]\d{2})[2-9]\d{6,7}\d{0,4}",  # landline with its area code, perhaps an extension
    r"[2-9]\d{6,7}",  # the same without area code
    r"[48]00\d{7}",
    r"9[56]\d{3,6}",  # of banks and large companies
    r"(?:\+|00)(?!0|86)\d{7,15}",  # abroad
)
TELEPHONE = re.compile("|".join(f"(?:{kind})" for kind in KINDS))


def narrow(phone: str) -> str:
    """A number in narrow figures: a Chinese keyboard types ０２９－８３５０ as easily."""
    return normalize("NFKC", phone).strip()


def is_telephone(phone: str) -> bool:
    """It can be a number under which somebody is reached; whether it is one, only a call tells."""
    figures = SIGNS.sub("", narrow(phone))
    is_one_figure = len(set(figures.removeprefix("+"))) == 1
    return figures.isascii() and not is_one_figure and TELEPHONE.fullmatch(figures) is not None
