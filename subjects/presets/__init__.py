"""Shipped policy templates, read from the TOML files beside this module (handbook §4, §9)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from gridsup.errors import BadInput
from subjects.models import CheckItem, CreditEffect, PolicyFigure, Tier, TimeLimit, TradeTier
from subjects.models.policy import PolicyRow

FOLDER = Path(__file__).parent
# What the law fixes for every preset alike, and what no preset speaks of.
COMMON = FOLDER / "common" / "law.toml"
# What is said of posts, for every preset alike.
POSTS = FOLDER / "common" / "posts.toml"
# Which columns name a row of each kind; the rest is what it says.
KEYS: dict[type[PolicyRow], tuple[str, ...]] = {
    Tier: ("key",),
    TradeTier: ("kind", "prefix"),
    CreditEffect: ("tier_key", "credit"),
    PolicyFigure: ("key",),
    CheckItem: ("tier_key", "prefix", "code"),
    TimeLimit: ("key",),
}
VALUES: dict[type[PolicyRow], tuple[str, ...]] = {
    Tier: ("name", "colour", "rank", "interval_months"),
    TradeTier: ("tier_key",),
    CreditEffect: ("mode", "rhythm_key"),
    PolicyFigure: ("value",),
    CheckItem: ("line", "text", "position"),
    TimeLimit: ("days", "unit", "extension_days"),
}


@dataclass(frozen=True)
class Preset:
    """A template: its rows by model, as keyword arguments of the model without bureau and days."""

    name: str
    title: str
    source: str
    reason_needed: bool  # its cap goes beyond the usual one, which a bureau must justify
    rows: dict[type[PolicyRow], list[dict[str, Any]]]


def names() -> list[str]:
    """Names of the shipped presets."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def read(name: str) -> Preset:
    """The shipped preset of that name; raises BadInput for an unknown one."""
    if name not in names():
        raise BadInput(
            _("There is no preset “%(name)s”. Known: %(known)s.") % {"name": name, "known": ", ".join(names())},
            field="preset",
        )
    common = tomllib.loads(COMMON.read_text(encoding="utf-8"))
    posts = tomllib.loads(POSTS.read_text(encoding="utf-8"))
    data = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    figures = {**common["figures"], **posts["figures"], **data["figures"]}
    source = data["source"]
    rows: dict[type[PolicyRow], list[dict[str, Any]]] = {
        Tier: [{"interval_months": None, "source": source, **row} for row in data["tiers"]],
        TradeTier: [*_trades(data), *_kinds(data)],
        CreditEffect: [effect for row in data["effects"] for effect in _effects(row, source)],
        PolicyFigure: [{"key": key, **figure} for key, figure in figures.items()],
        CheckItem: _items(_items_of(data)),
        TimeLimit: [{"key": key, "extension_days": 0, **limit} for key, limit in common["limits"].items()],
    }
    return Preset(name, data["title"], source, data.get("reason_needed", False), rows)


def _trades(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"kind": "", "prefix": prefix, "tier_key": row["tier"], "source": row["source"]}
        for row in data["trades"]
        for prefix in row["prefixes"]
    ]


def _kinds(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"kind": row["kind"], "prefix": "", "tier_key": row["tier"], "source": row["source"]}
        for row in data.get("kinds", [])
    ]


def _effects(row: dict[str, Any], source: str) -> list[dict[str, Any]]:
    """One row for each tier × credit; rhythm "own" is the tier's own, none means no routine visit."""
    return [
        {
            "tier_key": tier,
            "credit": credit,
            "mode": row["mode"],
            "rhythm_key": tier if row.get("rhythm") == "own" else row.get("rhythm", ""),
            "source": row.get("source", source),
        }
        for tier in row["tiers"]
        for credit in row["credits"]
    ]


def _items_of(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The preset's own items, or those of the preset that it names."""
    if "items_of" in data:
        data = tomllib.loads((FOLDER / f"{data['items_of']}.toml").read_text(encoding="utf-8"))
    rows: list[dict[str, Any]] = data["items"]
    return rows


def _items(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row for each check item × tier × trade, in the order of the file; without tiers or trades, for all."""
    return [
        {
            "tier_key": tier,
            "prefix": prefix,
            "code": row["code"],
            "line": row["line"],
            "text": row["text"],
            "position": position,
            "source": row["source"],
        }
        for position, row in enumerate(rows, 1)
        for tier in row.get("tiers", [""])
        for prefix in row.get("prefixes", [""])
    ]
