"""Shipped schemes of assessment, read from the TOML files beside this module (tables.md, "First scheme")."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from gridsup.errors import BadInput

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Preset:
    """A template: the scheme and its lines as keyword arguments of their models, without bureau and days."""

    name: str
    scheme: dict[str, Any]
    lines: tuple[dict[str, Any], ...]


def names() -> list[str]:
    """Names of the shipped schemes."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def read(name: str) -> Preset:
    """The shipped scheme of that name; raises BadInput for an unknown one."""
    if name not in names():
        raise BadInput(
            _("There is no scheme “%(name)s”. Known: %(known)s.") % {"name": name[:40], "known": ", ".join(names())},
            field="name",
        )
    data = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    scheme = {
        "preset": name,
        "name": data["title"],
        "excellent_from": data["bands"]["excellent"],
        "qualified_from": data["bands"]["qualified"],
        "source": data["source"],
    }
    return Preset(name, scheme, tuple({**line, "position": place} for place, line in enumerate(data["lines"], 1)))
