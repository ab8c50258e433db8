"""An area and a stretch of days, counted once: page and API show the same."""

from dataclasses import dataclass
from datetime import date

from assessment.dashboard.areas import Scope
from assessment.dashboard.cards import drawn_of
from assessment.dashboard.counting import Counts, counts_by_area, received, tally, tally_by_day
from assessment.dashboard.figures import Links, Row
from assessment.dashboard.ranking import Cards, Ranking, cards_of, ranking_of
from assessment.dashboard.stretches import Stretch
from assessment.dashboard.table import gather, sort_rows
from assessment.dashboard.trend import Trend, trend_of
from assessment.models import Scorecard
from subjects.models import Coverage

# Rows of one table: nobody reads more, and a phone does not draw them. Stations have fewer grids.
MOST_ROWS = 300


@dataclass(frozen=True)
class Overview:
    """What is known of the areas: the whole, its rows, the days before, what came in, scores, weeks, the drawing."""

    whole: Row
    rows: list[Row]
    before: Counts
    received: Counts
    scores: Cards
    ranking: Ranking | None
    trend: Trend
    drawn: Coverage | None

    @property
    def shown(self) -> list[Row]:
        """The rows that are shown."""
        return self.rows[:MOST_ROWS]

    @property
    def left_out(self) -> int:
        """Rows that are not shown; the whole counts them."""
        return max(len(self.rows) - MOST_ROWS, 0)

    @property
    def own_card(self) -> Scorecard | None:
        """The published card of the area itself."""
        return self.scores.get(self.whole.code)


def overview_of(scope: Scope, links: Links, *, by_grid: bool, sort: str) -> Overview:
    """Counts an area and the stretch of the links; a fixed number of statements."""
    stretch, areas = links.stretch, scope.rows(by_grid)
    whole, rows = gather(scope, areas, counts_by_area(scope, stretch))
    scores = cards_of(scope, [scope.area, *(code for code, _name in areas)], stretch)
    ranking = ranking_of(rows, scores, links)
    if sort:
        sort_rows(rows, sort, {code: card.total for code, card in scores.items()})
    return Overview(
        whole=whole,
        rows=rows,
        before=tally(scope, *stretch.days_before),
        received=received(scope, stretch),
        scores=scores,
        ranking=ranking,
        trend=trend_of(tally_by_day(scope, *_days_of(stretch)), links),
        drawn=drawn_of(scope),
    )


def _days_of(stretch: Stretch) -> tuple[date, date]:
    """The days of the trend; a stretch without a day has weeks before it none the less."""
    return stretch.weeks[0][0], stretch.last
