"""The page as a whole: asked for once, counted once, handed over as finished values."""

from typing import Any

from assessment.dashboard.areas import Scope
from assessment.dashboard.cards import now_cards, stretch_cards
from assessment.dashboard.counted import overview_of
from assessment.dashboard.figures import Links
from assessment.dashboard.ranking import own_lines
from assessment.dashboard.stretches import Stretch
from assessment.dashboard.table import heads_of, lines_of
from assessment.reporting.wording import period_words
from gridsup.periods import Period


def page_of(scope: Scope, stretch: Stretch, *, by_grid: bool, sort: str) -> dict[str, Any]:
    """Everything that the template shows of an area and a stretch of days."""
    links = Links(stretch, scope.area)
    found = overview_of(scope, links, by_grid=by_grid, sort=sort)
    return {
        "trail": scope.trail(),
        "whole": found.whole,
        "now_cards": now_cards(found.whole, links, found.drawn),
        "stretch_cards": stretch_cards(found.whole, found.before, found.received, links),
        "heads": heads_of(sort),
        "lines": lines_of(found.shown, links),
        "left_out": found.left_out,
        "most_rows": len(found.shown),
        "total": lines_of([found.whole], links)[0],
        "scores": found.scores,
        "ranking": found.ranking,
        "own_card": found.own_card,
        "own_period": period_words(Period.parse(found.own_card.period)) if found.own_card else "",
        "own_lines": own_lines(found.own_card),
        "trend": found.trend,
    }
