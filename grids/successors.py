"""Who could take over open work, and the areas in which it is given out: for pages and actions alike."""

from collections.abc import Collection
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Length
from django.utils import timezone

from grids.models import Officer, Posting
from grids.permissions import Permission
from grids.substitutes import away
from gridsup.codes import lineage
from gridsup.holding import kinds
from gridsup.scoping import inside


def assigned_by(*, by: Officer, areas: Collection[str] | None) -> list[str]:
    """The areas where somebody assigns work, as far as they lie in the areas named, or the other way about."""
    held = by.area_codes(Permission.ASSIGN)
    if areas is None:
        return list(held)
    wide = {code for code in areas if any(code.startswith(own) for own in held)}
    return sorted(wide | {own for own in held if any(own.startswith(code) for code in areas)})


def held_in_name(person: Officer, viewer: Officer, areas: Collection[str] | None = None) -> set[str]:
    """Where the person holds open work by name, of the viewer's areas (inside `areas` where they are given)."""
    assigned, held = inside(assigned_by(by=viewer, areas=areas)), set[str]()
    for kind in kinds():
        rows = kind.by_name(person)
        if rows is not None:
            held.update(rows.filter(assigned).order_by().values_list("area_code", flat=True).distinct())
    return held


def successors(person: Officer, viewer: Officer, areas: Collection[str] | None = None) -> Any:
    """Who could take over what a person holds by name in the viewer's areas (inside `areas` where they are given): a
    post of today at or above some of it that inspects, a valid certificate, and not on leave. Nearest first, each with
    `nearest`, the code where that post lies; nobody where nothing is held."""
    on = timezone.localdate()
    above = {code for area in held_in_name(person, viewer, areas) for code in lineage(area)}
    posts = Posting.objects.on(on).that_inspect().filter(area_code__in=above, officer=OuterRef("pk"))
    nearest = posts.order_by(Length("area_code").desc(), "area_code").values("area_code")[:1]
    people = Officer.objects.visible_to(viewer).filter(is_active=True).exclude(away(on, on)).exclude(pk=person.pk)
    people = people.exclude(pk__in=Officer.objects.never_invited().order_by().values("pk")).certified_on(on)
    people = people.annotate(nearest=Subquery(nearest)).filter(nearest__isnull=False)
    return people.order_by(Length("nearest").desc(), "nearest", "username")
