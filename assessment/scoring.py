"""Cards as they follow from the streams: counted by area, summed upwards, scored, ranked, not yet stored."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from assessment.indicators import INDICATORS, Span
from assessment.models import Scheme, SchemeLine, Scorecard, ScoreLine
from assessment.rules import POINT_PLACES, Counted, Scored, grade_of, ranks_of, rounded, score, total_of
from grids.models import Grid, Station
from gridsup.codes import lineage
from gridsup.periods import Period

STATION = 4
Card = tuple[Scorecard, list[ScoreLine]]
Sums = dict[str, tuple[int, int]]


def cards_of(*, scheme: Scheme, period: Period, cut_off: date, now: datetime, also: Iterable[str] = ()) -> list[Card]:
    """A card for the bureau, its stations and grids in force, each other area with rows, and those of `also`."""
    bureau = scheme.bureau_id
    lines = list(scheme.lines.all())
    sums = {line.indicator: summed_upwards(counts_of(line, bureau, period, cut_off)) for line in lines}
    areas = sorted({*areas_of(bureau), *also, *(area for found in sums.values() for area in found)})
    made = {
        area: _card(Scorecard(scheme=scheme, period=str(period), area_code=area, cut_off=cut_off, computed_at=now),
                    score(_counted(line, sums[line.indicator].get(area, (0, 0))) for line in lines))
        for area in areas
    }  # fmt: skip
    ranks = ranks_of({area: card.total for area, (card, _lines) in made.items() if len(area) == STATION})
    for area, (card, own) in made.items():
        card.rank = ranks.get(area)
        card.digest = digest_of(card, own)
    return list(made.values())


def counts_of(line: SchemeLine, bureau: str, period: Period, cut_off: date) -> Sums:
    """Numerator and denominator of one line by area code, one statement over the bureau."""
    return INDICATORS[line.indicator].counts(Span(bureau, period, cut_off))


def summed_upwards(counts: Mapping[str, tuple[int, int]]) -> Sums:
    """The counts of every area and all areas above it; sums of numerators and denominators, never a mean of means."""
    parts: dict[str, int] = defaultdict(int)
    wholes: dict[str, int] = defaultdict(int)
    for code, (part, whole) in counts.items():
        for area in lineage(code):
            parts[area] += part
            wholes[area] += whole
    return {area: (parts[area], whole) for area, whole in wholes.items()}


def areas_of(bureau: str) -> list[str]:
    """Codes of the bureau, its stations and its grids in force."""
    stations = Station.objects.in_area(bureau).values_list("code", flat=True)
    grids = Grid.objects.in_area(bureau).in_force().values_list("code", flat=True)
    return [bureau, *stations, *grids]


def digest_of(card: Scorecard, lines: Iterable[ScoreLine]) -> str:
    """SHA-256 over everything that a card says: what no later hand may change once it is published."""
    scheme = card.scheme
    said = {
        "scheme": [scheme.preset, scheme.from_day.isoformat(), scheme.excellent_from, scheme.qualified_from],
        "card": [card.area_code, card.period, card.cut_off.isoformat(), _text(card.total), card.grade, card.rank],
        "lines": [
            [line.indicator, line.position, line.weight, line.target_percent, line.numerator, line.denominator,
             _text(line.effective_weight), _text(line.points)]
            for line in sorted(lines, key=lambda line: line.position)
        ],
    }  # fmt: skip
    return hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()


def says_the_same(stored: Scorecard, card: Scorecard, lines: Iterable[ScoreLine]) -> bool:
    """A new computation found what the stored card says; a later cut-off alone changes nothing."""
    later = card.cut_off
    card.cut_off = stored.cut_off
    same = digest_of(card, lines) == stored.digest
    card.cut_off = later
    return same


def is_intact(card: Scorecard) -> bool:
    """The card and its lines say what they said when they were computed."""
    return digest_of(card, card.lines.all()) == card.digest


def fingerprint_of(cards: Iterable[Scorecard]) -> str:
    """One text for what all these cards say together, by which a stale page is recognised."""
    said = sorted(f"{card.area_code} {card.version} {card.digest}" for card in cards)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _counted(line: SchemeLine, counts: tuple[int, int]) -> Counted:
    return Counted(line.indicator, line.weight, line.target_percent, *counts)


def _card(card: Scorecard, lines: list[Scored]) -> Card:
    scheme = card.scheme
    card.total = total_of(lines)
    card.grade = grade_of(card.total, excellent_from=scheme.excellent_from, qualified_from=scheme.qualified_from)
    return card, [
        ScoreLine(
            indicator=line.counted.indicator,
            position=position,
            weight=line.counted.weight,
            target_percent=line.counted.target_percent,
            numerator=line.counted.numerator,
            denominator=line.counted.denominator,
            effective_weight=None if line.effective_weight is None else rounded(line.effective_weight, POINT_PLACES),
            points=None if line.points is None else rounded(line.points, POINT_PLACES),
        )
        for position, line in enumerate(lines, 1)
    ]


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
