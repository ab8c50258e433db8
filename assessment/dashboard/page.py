"""The page as a whole: asked for once, counted once, handed over as finished values."""

from datetime import date
from typing import Any

from assessment.dashboard.areas import Scope
from assessment.dashboard.cards import now_cards, stretch_cards
from assessment.dashboard.counting import counts_by_area, received, tally, tally_by_day
from assessment.dashboard.figures import Links
from assessment.dashboard.ranking import cards_of, own_lines, ranking_of
from assessment.dashboard.stretches import Stretch
from assessment.dashboard.table import gather, heads_of, lines_of, sort_rows
from assessment.dashboard.trend import trend_of
from assessment.reporting.wording import period_words
from gridsup.periods import Period

# Rows of one table: nobody reads more, and a phone does not draw them. Stations have fewer grids.
MOST_ROWS = 300


def page_of(scope: Scope, stretch: Stretch, *, by_grid: bool, sort: str) -> dict[str, Any]:
    """Everything that the template shows of an area and a stretch of days."""
    links = Links(stretch, scope.area)
    areas = scope.rows(by_grid)
    whole, rows = gather(scope, areas, counts_by_area(scope, stretch))
    scores = cards_of(scope, [scope.area, *(code for code, _name in areas)], stretch)
    ranking = ranking_of(rows, scores)
    if sort:
        sort_rows(rows, sort, {code: card.total for code, card in scores.items()})
    own_card = scores.get(scope.area)
    return {
        "trail": scope.trail(),
        "whole": whole,
        "now_cards": now_cards(whole, links, scope),
        "stretch_cards": stretch_cards(whole, tally(scope, *stretch.days_before), received(scope, stretch), links),
        "heads": heads_of(sort),
        "lines": lines_of(rows[:MOST_ROWS], links),
        "left_out": len(rows) - MOST_ROWS,
        "most_rows": MOST_ROWS,
        "total": lines_of([whole], links)[0],
        "scores": scores,
        "ranking": ranking,
        "own_card": own_card,
        "own_period": period_words(Period.parse(own_card.period)) if own_card else "",
        "own_lines": own_lines(own_card),
        "trend": trend_of(tally_by_day(scope, *_days_of(stretch)), links),
    }


def _days_of(stretch: Stretch) -> tuple[date, date]:
    """The days of the trend; a stretch without a day has weeks before it none the less."""
    return stretch.weeks[0][0], stretch.last
