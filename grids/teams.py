"""In which patrol group a post was on a day."""

from collections.abc import Collection
from datetime import date

from django.utils import timezone

from grids.models import PostingEvent
from gridsup.books import midnight_after


def teams_on(posts: Collection[int], day: date) -> dict[int, str]:
    """Post → its group at the end of the day, of those that changed since; one query for a past day, else none."""
    if day >= timezone.localdate():
        return {}
    later = PostingEvent.objects.filter(posting__in=posts, what=PostingEvent.What.TEAM, at__gte=midnight_after(day))
    # the earliest is read last and stays
    return dict(later.order_by("-at", "-pk").values_list("posting_id", "old"))
