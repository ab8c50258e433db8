"""Writes to scorecards: computed from the streams, published once, superseded by a later version."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.models import Scheme, Scorecard, ScorecardEvent, ScoreLine
from assessment.models.scorecard import SCORECARD_MOVES
from assessment.scoring import Card, cards_of, fingerprint_of, is_intact, says_the_same
from grids.models import Bureau, Officer
from grids.permissions import Permission
from gridsup.composition import JOB_PERIODS
from gridsup.database import wait_alone
from gridsup.errors import BadInput, Overtaken, WrongState
from gridsup.jobs import enqueue
from gridsup.models import Job
from gridsup.periods import Period
from gridsup.states import check

JOB = "score_period"
BUREAU = 2
State = Scorecard.State
# Rows a statement: SQLite bounds the number of its parameters.
BATCH = 500
COMPUTED_ANEW = ["scheme", "total", "grade", "rank", "cut_off", "computed_at", "digest"]


def request_scores(*, bureau: str, period: str, by: Officer, now: datetime) -> Job:
    """The one active job that computes the scores of a bureau's period, queued if there was none.

    Raises NotAllowed without the duty to score there, BadInput for a period that is not over, or one for which the
    bureau had no scheme.
    """
    check(by, Permission.SCORE, bureau)
    parsed = Period.parse(period)
    fits_scores(period=parsed, area_code=bureau, on=timezone.localdate(now))
    return enqueue(name=JOB, period=str(parsed), area_code=bureau, by=by.get_username(), now=now)


def fits_scores(*, period: Period, area_code: str, on: date) -> None:
    """Raises BadInput unless scores can be computed, on the day, for that period and area."""
    if len(area_code) != BUREAU or not Bureau.objects.filter(code=area_code).exists():
        raise BadInput(
            _("Scores are computed for a whole bureau, so that its stations can be ranked: give its two digits."),
            field="area",
        )
    period.shaped(*JOB_PERIODS[JOB]).over(on)
    scheme_for(bureau=area_code, period=period)


def scheme_for(*, bureau: str, period: Period) -> Scheme:
    """The scheme by which a period is scored: the one in force on its last day; raises BadInput where there is none."""
    scheme = Scheme.objects.in_force(bureau, period.last).first()
    if scheme is None:
        raise BadInput(
            _("Bureau %(code)s had no scheme of assessment on %(day)s. Load one that begins on that day or earlier.")
            % {"code": bureau, "day": period.last.isoformat()},
            field="period",
        )
    return scheme


def score_bureau(*, bureau: str, period: Period, cut_off: date, now: datetime) -> dict[str, int]:
    """Computes every card of a bureau's period from the facts up to the cut-off and stores those that differ."""
    return store_scores(cards=scores_of(bureau=bureau, period=period, cut_off=cut_off, now=now), now=now)


def scores_of(*, bureau: str, period: Period, cut_off: date, now: datetime) -> list[Card]:
    """Every card of a bureau's period as the facts up to the cut-off have it, not stored; reads much, writes nothing.

    Also for areas that had a card before and have nothing to count any more.
    """
    scheme = scheme_for(bureau=bureau, period=period)
    before = Scorecard.objects.in_area(bureau).filter(period=str(period)).order_by()
    also = before.values_list("area_code", flat=True).distinct()
    return cards_of(scheme=scheme, period=period, cut_off=cut_off, now=now, also=also)


def store_scores(*, cards: list[Card], now: datetime) -> dict[str, int]:
    """Stores those of a bureau's cards that say something new.

    A card that was computed and not published is replaced; a published one stays and gets a computed version after it.
    Returns {"read": rows counted, "made": new cards, "changed": replaced ones}.
    """
    whole, counted = min(cards, key=lambda made: made[0].area_code)
    with transaction.atomic():
        wait_alone(JOB, whole.area_code)
        stored = Scorecard.objects.in_area(whole.area_code).filter(period=whole.period)
        latest = dict(stored.order_by().values_list("area_code").annotate(Max("version")))
        standing = stored.filter(state__in=[State.COMPUTED, State.PUBLISHED]).select_related("scheme")
        known = {(card.area_code, card.state): card for card in standing}
        new: list[Card] = []
        replaced: list[tuple[Scorecard, Card]] = []
        for card, lines in cards:
            computed = known.get((card.area_code, State.COMPUTED))
            before = computed or known.get((card.area_code, State.PUBLISHED))
            if before is not None and says_the_same(before, card, lines):
                continue
            if computed is not None:
                replaced.append((computed, (card, lines)))
            else:
                card.version = latest.get(card.area_code, 0) + 1
                new.append((card, lines))
        _store(new, now)
        for start in range(0, len(replaced), BATCH):
            _replace(replaced[start : start + BATCH], now)
    return {"read": sum(line.denominator for line in counted), "made": len(new), "changed": len(replaced)}


def publish_scores(*, bureau: str, period: str, by: Officer | None, now: datetime, seen: str | None = None) -> int:
    """Publishes every computed card of the period at once and freezes it; returns how many.

    `seen`: the fingerprint (`fingerprint_of`) of what the person looked at. The version published until now is
    superseded. Raises NotAllowed, BadInput where nothing was computed, and Overtaken when somebody published first, or
    when the scores were computed again after they were looked at.
    """
    check(by, SCORECARD_MOVES[State.COMPUTED, State.PUBLISHED].permission, bureau)
    of_period = Scorecard.objects.in_area(bureau).filter(period=str(Period.parse(period)))
    with transaction.atomic():
        wait_alone(JOB, bureau)  # neither while they are computed, nor twice at once
        cards = list(of_period.filter(state=State.COMPUTED).select_related("scheme").prefetch_related("lines"))
        if not cards:
            if of_period.filter(state=State.PUBLISHED).exists():
                raise Overtaken(_("The scores of this period are published already. Load the page again and look."))
            raise BadInput(_("There are no scores of this period yet: compute them first."), field="period")
        if seen is not None and seen != fingerprint_of(cards):
            raise Overtaken(_("The scores were computed again after you looked at them. Look again, then publish."))
        if not all(is_intact(card) for card in cards):
            raise WrongState(_("A card no longer says what was computed. Compute the scores again, then publish."))
        areas = {card.area_code: card for card in cards}
        published = of_period.filter(state=State.PUBLISHED)
        former = [
            (card, _("Version %(n)s takes its place.") % {"n": areas[card.area_code].version})
            for card in published
            if card.area_code in areas
        ]
        _move(former, State.SUPERSEDED, by, now)
        _move([(card, "") for card in cards], State.PUBLISHED, by, now, published_at=now)
    return len(cards)


def _store(cards: list[Card], now: datetime) -> None:
    """New cards with their lines and events."""
    Scorecard.objects.bulk_create([card for card, _lines in cards], batch_size=BATCH)
    for card, lines in cards:
        for line in lines:
            line.card = card
    ScoreLine.objects.bulk_create([line for _card, lines in cards for line in lines], batch_size=BATCH)
    ScorecardEvent.objects.bulk_create(
        [ScorecardEvent(card=card, what="computed", new=_shown(card), at=now) for card, _lines in cards],
        batch_size=BATCH,
    )


def _replace(cards: list[tuple[Scorecard, Card]], now: datetime) -> None:
    """What was computed and not published says what the new computation found."""
    events = []
    for stored, (card, lines) in cards:
        events.append(ScorecardEvent(card=stored, what="computed", old=_shown(stored), new=_shown(card), at=now))
        for name in COMPUTED_ANEW:
            setattr(stored, name, getattr(card, name))
        for line in lines:
            line.card = stored
    ScoreLine.objects.filter(card__in=[stored.pk for stored, _card in cards]).delete()
    ScoreLine.objects.bulk_create([line for _stored, (_card, lines) in cards for line in lines], batch_size=BATCH)
    Scorecard.objects.bulk_update([stored for stored, _card in cards], COMPUTED_ANEW, batch_size=BATCH)
    ScorecardEvent.objects.bulk_create(events, batch_size=BATCH)


def _move(cards: list[tuple[Scorecard, str]], to: State, by: Officer | None, now: datetime, **fields: object) -> None:
    """One move of the state table for many cards, each with its reason and its event."""
    for start in range(0, len(cards), BATCH):
        part = cards[start : start + BATCH]
        moved = Scorecard.objects.filter(pk__in=[card.pk for card, _why in part], state=part[0][0].state)
        if moved.update(state=to, **fields) != len(part):
            raise Overtaken(_("Somebody else changed this first. Load it again and look."))
        ScorecardEvent.objects.bulk_create(
            ScorecardEvent(card=card, what="state", old=card.state, new=to, by=by, at=now, why=why)
            for card, why in part
        )


def _shown(card: Scorecard) -> str:
    """The total as an event tells it; empty where there is none."""
    return "" if card.total is None else str(card.total)
