"""How stations stand beside each other: by their published score, or, until one is published, by their live rate."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.functional import Promise

from assessment.dashboard.areas import STATION, Scope
from assessment.dashboard.figures import Cell, Links, Row
from assessment.dashboard.stretches import Stretch
from assessment.indicators import INDICATORS
from assessment.models import Scorecard, ScoreLine
from assessment.reporting.wording import period_words
from assessment.rules import ranks_of
from gridsup.periods import Period

HUNDRED = 100
Cards = dict[str, Scorecard]


@dataclass(frozen=True)
class Standing:
    """One station: its place, its number with what it opens, how long its bar is (per cent), the card that says why."""

    code: str
    name: str
    place: int | None
    number: Cell
    width: float
    card: Scorecard | None = None


@dataclass(frozen=True)
class Ranking:
    """The stations, the best first; `period` in words, empty where they stand by their live rate."""

    period: str
    standings: list[Standing]


@dataclass(frozen=True)
class ScoredLine:
    """One line of the area's own card, with the page that shows its rows."""

    label: str | Promise
    line: ScoreLine
    href: str


def cards_of(scope: Scope, areas: list[str], stretch: Stretch) -> Cards:
    """Area → its published card of the last scored quarter that is not after the stretch; with the lines of each."""
    quarter = str(Period.quarter(stretch.period.last))
    seen = Scorecard.objects.visible_to(scope.officer).filter(state=Scorecard.State.PUBLISHED)
    quarters = seen.filter(area_code__in=areas, period__contains="Q", period__lte=quarter).order_by("-period")
    cards = seen.filter(area_code__in=areas, period=quarters.values("period")[:1])
    own = Prefetch("lines", ScoreLine.objects.filter(card__area_code=scope.area).order_by("position"))
    return {card.area_code: card for card in cards.prefetch_related(own)}


def ranking_of(rows: list[Row], cards: Cards, links: Links) -> Ranking | None:
    """The stations among the rows, if they are stations; those that nothing can be said of stand at the end."""
    stations = [row for row in rows if len(row.code) == STATION and not row.own]
    if len(stations) < 2 or len(stations) < sum(not row.own for row in rows):
        return None
    found = [_scored(row, cards.get(row.code)) for row in stations] if cards else _live(stations, links)
    found.sort(key=lambda standing: (standing.place is None, standing.place, standing.code))
    period = next((card.period for card in cards.values()), "")
    return Ranking(period and period_words(Period.parse(period)), found)


def _scored(row: Row, card: Scorecard | None) -> Standing:
    if card is None or card.total is None:
        return Standing(row.code, row.name, None, Cell("", "–", href=card.get_absolute_url() if card else ""), 0, card)
    number = Cell("", str(card.total), href=card.get_absolute_url())
    return Standing(row.code, row.name, card.rank, number, float(card.total), card)


def _live(stations: list[Row], links: Links) -> list[Standing]:
    shares = {row.code: row.share("in_time_share") for row in stations}
    ranks = ranks_of(
        {code: Decimal(share.part) / share.whole if share.whole else None for code, share in shares.items()}
    )
    found = []
    for row in stations:
        width = float(shares[row.code].percent or 0)
        found.append(Standing(row.code, row.name, ranks.get(row.code), links.share(row, "in_time_share"), width))
    return found


def own_lines(card: Scorecard | None) -> list[ScoredLine]:
    """What the area's own card says, line by line: why it has this score."""
    if card is None:
        return []
    return [
        ScoredLine(INDICATORS[line.indicator].label, line, reverse("score_rows", args=[card.pk, line.indicator]))
        for line in card.lines.all()
    ]
