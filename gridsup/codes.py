"""Area codes: bureau 2 digits, station 4, grid 6; a code starts with its parent's (handbook §1)."""

from unicodedata import normalize

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

LENGTHS = {2: "bureau", 4: "station", 6: "grid"}
GRID_DIGITS = 6

is_digits = RegexValidator(r"^[0-9]+\Z", _("An area code has digits only."))


def typed_code(text: str) -> str:
    """A code as somebody typed it, in the digits of all codes: a Chinese keyboard may write them full-width."""
    return normalize("NFKC", text).strip()


def next_code(code: str) -> str:
    """The smallest text above every code that starts with `code`, so that scope is one half-open index range.

    After a code of nines comes a letter, which every collation in use sorts behind the digits.
    """
    following = str(int(code) + 1).zfill(len(code))
    return following if len(following) == len(code) else "A"


def is_area_code(code: str) -> bool:
    """True for 2, 4 or 6 ASCII digits."""
    return len(code) in LENGTHS and code.isascii() and code.isdigit()


def is_grid_code(code: str, station: str) -> bool:
    """True for a code that a grid of the station may have: numbered from 01 (handbook §1)."""
    return is_area_code(code) and len(code) == 6 and code.startswith(station) and not code.endswith("00")


def lineage(code: str) -> list[str]:
    """The code and its parents, widest first: '050101' → ['05', '0501', '050101']."""
    return [code[:length] for length in LENGTHS if length <= len(code)]
