"""API of the overview: the numbers of its page, counted by the same code, each with the list of its rows."""

from collections.abc import Iterable
from typing import Any, cast

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import exceptions, serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assessment.dashboard.areas import Scope
from assessment.dashboard.asking import DashboardQuestion, scope_asked
from assessment.dashboard.cards import received_in
from assessment.dashboard.counted import MOST_ROWS, Overview, overview_of
from assessment.dashboard.figures import FIGURES, OF_DUE, QUOTAS, Cell, Links, Question, Row
from assessment.dashboard.ranking import Ranking
from assessment.dashboard.stretches import Span
from assessment.dashboard.table import SORTS
from assessment.dashboard.trend import WEEKLY, Week
from assessment.dashboard.waiting import waiting
from assessment.models import Scorecard
from grids.permissions import Permission
from gridsup.api.schema import ERRORS
from gridsup.api.views import MayView
from gridsup.backoffice.site import Decision
from subjects.models import Coverage

ASKED = ("area", "period", "by", "sort")
# The lists of the API that take the questions of the pages, but for words that stand for yes and no.
LISTS = {
    "ledger": "premises-list",
    "tasks": "inspectiontask-list",
    "complaints": "complaint-list",
    "findings": "finding-list",
}
YES_OR_NO = {"yes": "true", "no": "false"}


class ApiLinks(Links):
    """Addresses of the lists of the API behind the numbers."""

    lists = LISTS

    def asked(self, question: Question) -> Question:
        """The question in the words of the API."""
        return {name: YES_OR_NO.get(value, value) for name, value in question.items()}


class CountRow(serializers.Serializer[Any]):
    """A count, with the list that holds exactly these rows."""

    count = serializers.IntegerField()
    rows = serializers.CharField(help_text="address of the list of these rows")


class ShareRow(serializers.Serializer[Any]):
    """A share of two counts, with the lists of both."""

    percent = serializers.IntegerField(allow_null=True, help_text="100 means all, 0 none; null: a share of nothing")
    part = serializers.IntegerField()
    whole = serializers.IntegerField()
    rows = serializers.CharField(help_text="address of the list of the whole")
    part_rows = serializers.CharField(help_text="address of the list of the part")


def _counts(name: str, figures: Iterable[str]) -> Any:
    """One field a number, documented by what the page says of it."""
    return inline_serializer(
        name, {figure: CountRow(help_text=cast(Any, FIGURES[figure].meaning)) for figure in figures}
    )


COUNTS, DUE_COUNTS = _counts("OverviewCounts", FIGURES), _counts("OverviewDue", OF_DUE)
WEEK_COUNTS = _counts("OverviewWeekCounts", WEEKLY)
SHARES: Any = inline_serializer(
    "OverviewShares", {n: ShareRow(help_text=cast(Any, one.meaning)) for n, one in QUOTAS.items()}
)


class DaysRow(serializers.Serializer[Any]):
    first = serializers.DateField()
    last = serializers.DateField(help_text="before `first`: no day is over")


class ScoreRow(serializers.Serializer[Any]):
    """A published card of the last scored quarter."""

    id = serializers.IntegerField()
    period = serializers.CharField()
    total = serializers.CharField(allow_null=True)
    grade = serializers.CharField()
    rank = serializers.IntegerField(allow_null=True, help_text="among the stations")
    rows = serializers.CharField(help_text="address of the card, whose lines open by `scorecards/{id}/rows`")


class OverviewBefore(DaysRow):
    """The days before that the period is compared with."""

    counts = DUE_COUNTS
    received = CountRow()


class OverviewArea(serializers.Serializer[Any]):
    area_code = serializers.CharField(help_text="empty: all areas of the person")
    name = serializers.CharField()
    is_own = serializers.BooleanField(help_text="what stands at this very level, in none of the other rows")
    counts = COUNTS
    shares = SHARES
    score = ScoreRow(allow_null=True)


class StandingRow(serializers.Serializer[Any]):
    place = serializers.IntegerField(allow_null=True)
    area_code = serializers.CharField()
    name = serializers.CharField()
    score = ScoreRow(allow_null=True)
    in_time = ShareRow(help_text="visits made by the due day, of those due")


class RankingRow(serializers.Serializer[Any]):
    by = serializers.ChoiceField(choices=["score", "in_time"], help_text="in_time: no score is published yet")
    standings = StandingRow(many=True)


class WeekRow(DaysRow):
    is_outside = serializers.BooleanField(help_text="lies before the period")
    counts = WEEK_COUNTS


class GroundRow(serializers.Serializer[Any]):
    """How much of the ground lies in grids, as the last check of the drawing saw it."""

    day = serializers.DateField()
    percent = serializers.FloatField(allow_null=True, help_text="null: no outline")
    rows = serializers.CharField(help_text="address of the faults of the drawing")


class WaitingRow(serializers.Serializer[Any]):
    name = serializers.CharField()
    count = serializers.IntegerField()
    is_urgent = serializers.BooleanField()
    rows = serializers.CharField(help_text="address of the page that lists them")


class OverviewAnswer(serializers.Serializer[Any]):
    on = serializers.DateField(help_text="the day on which this was counted")
    period = serializers.CharField()
    days = DaysRow(help_text="days of the period that are over")
    whole = OverviewArea()
    received = CountRow(help_text="complaints, reports, clues and enquiries received in these days")
    before = OverviewBefore()
    areas = OverviewArea(many=True, help_text=f"stations or grids, {MOST_ROWS} at most")
    left_out = serializers.IntegerField(help_text="areas beyond these; the whole counts them")
    ranking = RankingRow(allow_null=True, help_text="of stations; null where the rows are others")
    weeks = WeekRow(many=True, help_text="visits due week by week, Monday to Sunday")
    ground = GroundRow(allow_null=True)
    waiting = WaitingRow(many=True, help_text="what waits for a decision of the person")


class OverviewView(APIView):
    """The numbers of an area in a month or quarter."""

    permission_classes = [IsAuthenticated, MayView]

    def seen_with(self) -> tuple[str, ...]:
        return (Permission.VIEW,)

    @extend_schema(
        parameters=[
            OpenApiParameter("area", str, description="code of a bureau, station or grid; else all of the person's"),
            OpenApiParameter(
                "period",
                str,
                description="a month or quarter that has begun: 2026-11, 2026Q4; else the running one",
            ),
            OpenApiParameter("by", str, enum=["station", "grid"], description="what the rows of a bureau are"),
            OpenApiParameter("sort", str, enum=SORTS, description="the worst first; with a minus: last"),
        ],
        responses={
            200: OverviewAnswer,
            404: OpenApiResponse(ERRORS, "There is no such area among those that the person may see."),
        },
    )
    def get(self, request: Request) -> Response:
        """Counted at this moment by the code of the page `/dashboard/`; each number with the list of its rows."""
        question = _understood(request)
        officer: Any = request.user
        scope, stretch = scope_asked(officer, question), question.stretch
        links = ApiLinks(stretch, scope.area)
        by_grid, sort = question.asked.get("by") == "grid", question.asked.get("sort", "")
        found = overview_of(scope, links, by_grid=by_grid, sort=sort)
        return Response(
            {
                "on": stretch.on,
                "period": str(stretch.period),
                "days": _days(stretch.days),
                "whole": _area(found.whole, found, links, scope.names.get(scope.area, "")),
                "received": _count(found.received["now"], received_in(stretch.days, links)),
                "before": _before(found, links),
                "areas": [_area(row, found, links, row.name) for row in found.shown],
                "left_out": found.left_out,
                "ranking": _ranking(found.ranking, found, links),
                "weeks": [_week(week) for week in found.trend.weeks],
                "ground": _ground(found.drawn, scope),
                "waiting": [_waits(one) for one in waiting(officer, stretch.on)],
            }
        )


def _understood(request: Request) -> DashboardQuestion:
    """What is asked; raises ValidationError, by field, for anything that is not understood."""
    given = {name: value for name, value in request.query_params.items() if name != "format"}
    message = _("This list has no such parameter. It has: %(known)s.") % {"known": ", ".join(ASKED)}
    faults: dict[str, list[str]] = {name: [message] for name in given if name not in ASKED}
    question = DashboardQuestion(given, on=timezone.localdate())
    faults |= {name: [str(sentence) for sentence in sentences] for name, sentences in question.errors.items()}
    if faults:
        raise exceptions.ValidationError(faults)
    return question


def _days(days: Span) -> dict[str, Any]:
    return {"first": days[0], "last": days[1]}


def _count(number: int, rows: str) -> dict[str, Any]:
    return {"count": number, "rows": rows}


def _cell(cell: Cell) -> dict[str, Any]:
    return {"count": cell.count, "rows": cell.href}


def _share(row: Row, name: str, links: Links) -> dict[str, Any]:
    share, quota = row.share(name), QUOTAS[name]
    part, whole = links.count(row, quota.part), links.count(row, quota.whole)
    return {
        "percent": share.percent, "part": share.part, "whole": share.whole, "rows": whole.href, "part_rows": part.href,
    }  # fmt: skip


def _area(row: Row, found: Overview, links: Links, name: str) -> dict[str, Any]:
    return {
        "area_code": row.code,
        "name": name,
        "is_own": row.own,
        "counts": {figure: _cell(links.count(row, figure)) for figure in FIGURES},
        "shares": {quota: _share(row, quota, links) for quota in QUOTAS},
        "score": None if row.own else _score(found.scores.get(row.code)),
    }


def _score(card: Scorecard | None) -> dict[str, Any] | None:
    if card is None:
        return None
    return {
        "id": card.pk, "period": card.period, "total": None if card.total is None else str(card.total),
        "grade": card.grade, "rank": card.rank, "rows": reverse("scorecard-detail", args=[card.pk]),
    }  # fmt: skip


def _before(found: Overview, links: Links) -> dict[str, Any]:
    days, then = links.stretch.days_before, Row("")
    then.add(found.before)
    return {
        **_days(days),
        "counts": {name: _count(then.count(name), links.to_due(name, days)) for name in OF_DUE},
        "received": _count(found.received["before"], received_in(days, links)),
    }


def _ranking(ranking: Ranking | None, found: Overview, links: Links) -> dict[str, Any] | None:
    if ranking is None:
        return None
    rows = {row.code: row for row in found.rows}
    return {
        "by": "score" if ranking.period else "in_time",
        "standings": [
            {
                "place": one.place, "area_code": one.code, "name": one.name, "score": _score(one.card),
                "in_time": _share(rows[one.code], "in_time_share", links),
            }
            for one in ranking.standings
        ],
    }  # fmt: skip


def _week(week: Week) -> dict[str, Any]:
    cells = {name: _cell(cell) for name, cell in zip(WEEKLY, week.cells, strict=True)}
    return {**_days((week.first, week.last)), "is_outside": week.is_outside, "counts": cells}


def _waits(one: Decision) -> dict[str, Any]:
    return {"name": str(one.label), "count": one.count, "is_urgent": one.urgent, "rows": one.url}


def _ground(drawn: Coverage | None, scope: Scope) -> dict[str, Any] | None:
    if drawn is None:
        return None
    rows = f"{reverse('geometryfault-list')}?area={scope.area}&open=true"
    return {"day": drawn.day, "percent": drawn.percent, "rows": rows}
