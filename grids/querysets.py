"""Query sets of areas and people."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import UserManager
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone

from grids.permissions import DUTIES, HEADS, HOLDERS, Permission
from gridsup.codes import GRID_DIGITS, lineage
from gridsup.scoping import AreaQuerySet, HoldsAreas, ScopedQuerySet, inside

# Of a grid's code.

if TYPE_CHECKING:
    from grids.models import AreaChange, AreaPart, Grid, GridPeriod, Locality, Officer, Posting, ResponsibilityLetter


class GridQuerySet(AreaQuerySet["Grid"]):
    def in_force(self) -> Self:
        """Grids that take effect: approved and not retired."""
        return self.filter(state="approved")

    def in_force_on(self, day: date) -> Self:
        """Grids that took effect on the day or before and were not retired then; their facts of then: `GridPeriod`."""
        from grids.models import GridPeriod

        return self.filter(Exists(GridPeriod.objects.on(day).filter(grid=OuterRef("code"))))


class GridPeriodQuerySet(ScopedQuerySet["GridPeriod"]):
    area_field = "grid_id"
    view_permission = "view_areas"

    def on(self, day: date) -> Self:
        """Facts that hold on the day: one row for each grid in force then; `to_day` is the last day."""
        return self.filter(Q(to_day__isnull=True) | Q(to_day__gte=day), from_day__lte=day)

    def current(self) -> Self:
        """Facts without a last day: one row for each grid in force."""
        return self.filter(to_day__isnull=True)


class AreaChangeQuerySet(ScopedQuerySet["AreaChange"]):
    """Changes of the grids of a station; who sees the station's names sees what is to become of its grids."""

    area_field = "station_id"
    view_permission = "view"

    def visible_to(self, officer: HoldsAreas) -> Self:
        """Changes of every station in which the officer may view business rows somewhere."""
        codes = officer.area_codes(self.view_permission)
        return self.filter(inside([code[:4] for code in codes], self.area_field))

    def in_area(self, code: str) -> Self:
        """Changes of a bureau or station; of a grid those that concern it."""
        found = self.filter(inside([code[:4]], self.area_field))
        return found if len(code) < GRID_DIGITS else found.filter(parts__code=code)

    def in_short(self) -> Self:
        """As a list shows them: without boundaries and without the keys of all that moves, which may be thousands."""
        from grids.models import AreaPart

        parts = Prefetch("parts", AreaPart.objects.defer("boundary", "before"))
        return self.defer("listed", "carried").prefetch_related(parts)

    def open(self) -> Self:
        """Still to come: proposed, returned or approved."""
        return self.filter(state__in=self.model.OPEN)

    def due(self, on: date) -> Self:
        """Approved, and their day has come; in the order of their days."""
        return self.filter(state="approved", effective_on__lte=on).order_by("effective_on", "pk")


class AreaPartQuerySet(ScopedQuerySet["AreaPart"]):
    area_field = "change__station_id"

    def visible_to(self, officer: HoldsAreas) -> Self:
        """Parts of the changes that the officer may see."""
        codes = officer.area_codes(self.view_permission)
        return self.filter(inside([code[:4] for code in codes], self.area_field))

    def in_area(self, code: str) -> Self:
        """Parts about the grids of an area."""
        return self.filter(inside([code], "code"))

    def of_open_changes(self) -> Self:
        """Parts of changes still to come: their grids and codes are spoken for."""
        from grids.models import AreaChange

        return self.filter(change__state__in=AreaChange.OPEN)


class LocalityQuerySet(ScopedQuerySet["Locality"]):
    view_permission = "view_areas"


class PostingQuerySet(ScopedQuerySet["Posting"]):
    view_permission = "view_people"

    def on(self, day: date) -> Self:
        """Postings that hold on the day; `to_day` is the last day of the post."""
        return self.filter(Q(to_day__isnull=True) | Q(to_day__gte=day), from_day__lte=day)

    def serving_on(self, day: date) -> Self:
        """Postings of the day whose holder's account was open then: a closed one holds no post after its last day."""
        closed = Q(officer__closed_on__lt=day)
        if day >= timezone.localdate():
            closed |= Q(officer__is_active=False)
        return self.on(day).exclude(closed)

    def meeting(self, from_day: date, to_day: date | None) -> Self:
        """Postings that share a day with the period; one that was called off has no day."""
        met = self.filter(Q(to_day__isnull=True) | Q(to_day__gte=from_day), called_off=False)
        return met if to_day is None else met.filter(from_day__lte=to_day)

    def begun(self, day: date) -> Self:
        """Postings of the day and before: not those to come, nor those that were called off."""
        return self.filter(from_day__lte=day, called_off=False)

    def substitutions(self) -> Self:
        """Posts in which somebody stands in for somebody else during leave."""
        return self.filter(stands_in_for__isnull=False)

    def leaves_of(self, posts: Collection[int], day: date) -> Self:
        """Who stands in for these posts (keys) on the day or later, in the order of days: each row is a leave."""
        found = self.meeting(day, None).filter(stands_in_for__in=posts)
        return found.select_related("officer", "stands_in_for__officer").order_by("from_day", "pk")

    def absent_on(self, day: date) -> Self:
        """Posts whose holder is on leave that day: somebody stands in."""
        return self.on(day).filter(pk__in=self._stood_in_for(day))

    def present_on(self, day: date) -> Self:
        """Posts that hold on the day, substitutes among them, without those whose holder is on leave or gone."""
        return self.serving_on(day).exclude(pk__in=self._stood_in_for(day))

    def with_leave(self, day: date) -> Self:
        """With the officer, the post it stands in for, and `standing_in`: who stands in for it on the day."""
        standing_in = self.model._default_manager.on(day).substitutions().select_related("officer")
        return self.select_related("officer", "stands_in_for__officer").prefetch_related(
            Prefetch("substitutes", standing_in, to_attr="standing_in")
        )

    def _stood_in_for(self, day: date) -> "QuerySet[Any, Any]":
        return self.model._default_manager.on(day).substitutions().order_by().values("stands_in_for")

    def heads(self) -> Self:
        """Posts that head an area in their own right; who only stands in signs no letter."""
        return self.filter(duty__in=HEADS, stands_in_for__isnull=True)

    def without_letter(self, year: int) -> Self:
        """Posts whose holder has no letter of the year."""
        from grids.models import ResponsibilityLetter

        letters = ResponsibilityLetter.objects.current().filter(year=year, holder=OuterRef("pk"))
        return self.exclude(Exists(letters))

    def that_inspect(self) -> Self:
        """Posts whose duty inspects."""
        return self.filter(duty__in=[duty for duty, held in DUTIES.items() if Permission.INSPECT in held])

    def that_permit(self, permission: Permission, area_code: str, day: date) -> Self:
        """Posts of the day whose duty carries the permission at or above the area."""
        duties = [duty for duty, held in DUTIES.items() if permission in held]
        return self.serving_on(day).filter(duty__in=duties, area_code__in=lineage(area_code))

    def held_on(self, area_code: str, day: date) -> Self:
        """Who was responsible for an area on a day: its leads and managers, the head first (handbook §2)."""
        return self.holding([area_code], day)

    def holding(self, area_codes: Collection[str], day: date) -> Self:
        """The same for several areas at once."""
        held = self.serving_on(day).filter(area_code__in=area_codes, duty__in=HOLDERS)
        return held.order_by("area_code", "duty", "from_day", "pk")

    def answering_for(self, area_code: str, day: date) -> Self:
        """Everybody responsible for an area on a day: who held it and the heads above, nearest first (handbook §2)."""
        held = Q(area_code=area_code, duty__in=HOLDERS)
        above = Q(area_code__in=lineage(area_code), duty__in=HEADS)
        return self.serving_on(day).filter(held | above).order_by("-area_code", "duty", "from_day", "pk")


class LetterQuerySet(ScopedQuerySet["ResponsibilityLetter"]):
    view_permission = "view_people"

    def current(self) -> Self:
        """Letters that nobody superseded."""
        return self.exclude(state="superseded")


class SupportQuerySet(ScopedQuerySet[Any]):
    """Cadres linked to grids and service stations in them."""

    area_field = "grid"
    view_permission = "view_people"

    def on(self, day: date) -> Self:
        """Those that hold on the day; `to_day` is the last day."""
        return self.lasting(day).filter(from_day__lte=day)

    def lasting(self, day: date) -> Self:
        """Those that hold on the day or begin later."""
        return self.filter(Q(to_day__isnull=True) | Q(to_day__gte=day))


class OfficerQuerySet(ScopedQuerySet["Officer"]):
    """People have no area of their own: their postings have."""

    def visible_to(self, officer: HoldsAreas) -> Self:
        """Officers with a posting, of today or earlier, inside the areas where people or accounts may be viewed.

        An account that never had a posting is seen by whoever keeps the accounts of its bureau, and by whoever may give
        it the first one.
        """
        from grids.models import Posting

        posts = Posting.objects.filter(officer=OuterRef("pk"))
        inner = posts.filter(inside({*officer.area_codes("view_people"), *officer.area_codes("view_accounts")}))
        keepers = {*officer.area_codes("view_accounts"), *officer.area_codes("post_officers")}
        return self.filter(Exists(inner) | Q(~Exists(posts), bureau__in={code[:2] for code in keepers}))

    def kept_by(self, officer: HoldsAreas) -> Self:
        """Accounts that the officer manages: of their bureau, or posted inside the areas where they manage accounts."""
        from grids.models import Posting

        codes = officer.area_codes("manage_accounts")
        posted = Posting.objects.filter(inside(codes), officer=OuterRef("pk"))
        return self.filter(Exists(posted) | Q(bureau__in=codes))

    def led_by(self, officer: HoldsAreas) -> Self:
        """People whose posts the officer gives and ends: with a running post in those areas; of those who have none,
        who had one there, or never had any and whose account the bureau keeps.
        """
        from grids.models import Posting

        codes = officer.area_codes("post_officers")
        posts = Posting.objects.filter(officer=OuterRef("pk"), called_off=False)
        running = posts.filter(Q(to_day__isnull=True) | Q(to_day__gte=timezone.localdate()))
        once = Exists(posts.filter(inside(codes))) | Q(~Exists(posts), bureau__in={code[:2] for code in codes})
        return self.filter(Exists(running.filter(inside(codes))) | (~Exists(running) & once))

    def posted(self, on: date, *, area: str = "", duty: str = "") -> Self:
        """People with a post on the day, at or below the area and of the duty where they are given."""
        from grids.models import Posting

        posts = Posting.objects.on(on).filter(officer=OuterRef("pk"))
        if area:
            posts = posts.in_area(area)
        return self.filter(Exists(posts.filter(duty=duty) if duty else posts))

    def never_invited(self) -> Self:
        """Open accounts that nobody can log in to: without a password, and without an invitation that was used or is
        open."""
        shut = self.filter(is_active=True, password__startswith=UNUSABLE_PASSWORD_PREFIX)
        return shut.exclude(invitations__in=_open_invitations())

    def with_running_post(self, on: date) -> Self:
        """People with a post that is not over on the day; it may begin later."""
        from grids.models import Posting

        posts = Posting.objects.filter(Q(to_day__isnull=True) | Q(to_day__gte=on), called_off=False)
        return self.filter(Exists(posts.filter(officer=OuterRef("pk"))))

    def reached_by(self, officer: HoldsAreas) -> Self:
        """Accounts whose sessions, tokens and lock-outs the officer looks after: of their bureau, or posted in it."""
        from grids.models import Posting

        codes = officer.area_codes("manage_access")
        posted = Posting.objects.filter(inside(codes), officer=OuterRef("pk"))
        return self.filter(Exists(posted) | Q(bureau__in=codes))

    def certificate_ends_by(self, day: date) -> Self:
        """Active officers whose enforcement certificate has run out or will by the day."""
        return self.filter(is_active=True, certificate_valid_to__lte=day)

    def marking_known_to(self, viewer: HoldsAreas) -> Self:
        """Adds `is_known`: the viewer may see the person, phone and certificate, and not the account alone."""
        from grids.models import Posting

        posted = Posting.objects.filter(inside(viewer.area_codes("view_people")), officer=OuterRef("pk"))
        return self.annotate(is_known=Exists(posted))

    def in_area(self, code: str) -> Self:
        """Officers with a posting at or below the area."""
        from grids.models import Posting

        return self.filter(Exists(Posting.objects.in_area(code).filter(officer=OuterRef("pk"))))

    def posted_around(self, area_code: str) -> Self:
        """Officers with a post, of today or earlier, at or above the area: with whom one inspects there."""
        from grids.models import Posting

        posts = Posting.objects.filter(area_code__in=lineage(area_code), officer=OuterRef("pk"))
        return self.filter(Exists(posts.that_inspect()))

    def inspecting(self, area_code: str, on: date) -> Self:
        """Officers with a post at or above the area, on the day, whose duty inspects, and a valid certificate then."""
        from grids.models import Posting

        posts = Posting.objects.on(on).that_inspect().filter(area_code__in=lineage(area_code))
        posted = Exists(posts.filter(officer=OuterRef("pk")))
        return self.filter(posted, is_active=True).certified_on(on)

    def there_to_inspect(self, area_code: str, on: date) -> Self:
        """Those of `inspecting` who are not on leave on the day: who is given work there."""
        from grids.substitutes import away

        return self.inspecting(area_code, on).exclude(away(on, on))

    def certified_on(self, day: date) -> Self:
        """Officers with a certificate valid on the day; the twin of `Officer.certified_on`."""
        from grids.models import Certificate

        earlier = Certificate.objects.filter(
            Q(from_day__isnull=True) | Q(from_day__lte=day), officer=OuterRef("pk"), to_day__gte=day
        )
        began = Q(certificate_from__isnull=True) | Q(certificate_from__lte=day)
        return self.filter(Q(began, certificate_valid_to__gte=day) | Exists(earlier))


def _open_invitations() -> QuerySet[Any]:
    from grids.models import Invitation

    return Invitation.objects.filter(used_at=None, revoked_at=None).order_by().values("pk")


def at_or_above(field: str) -> Q:
    """Posts at or above the area that the outer row names in a field."""
    area = OuterRef(field)
    return Q(area_code=area) | Q(area_code=Substr(area, 1, 4)) | Q(area_code=Substr(area, 1, 2))


def without_post(holder: str, on: date) -> Q:
    """Rows with an area whose holder (the field that names the officer) has no post on the day, at or above the area,
    that inspects, or no open account.
    """
    from grids.models import Posting

    above = at_or_above("area_code")
    posts = Posting.objects.on(on).that_inspect().filter(above, officer=OuterRef(holder), officer__is_active=True)
    return Q(~Exists(posts))


class OfOfficerQuerySet(QuerySet[Any]):
    """Rows of one person; scoped by the person."""

    def of_visible(self, officer: HoldsAreas) -> Self:
        """Rows of people whom the officer may see as people, not as accounts alone."""
        from grids.models import Officer

        known = Officer.objects.marking_known_to(officer).filter(is_known=True)
        return self.filter(officer__in=known.order_by().values("pk"))


class OfficerManager(UserManager["Officer"].from_queryset(OfficerQuerySet)):  # type: ignore[misc]
    """Officers, with Django's create_user."""


def area_codes(length: int) -> list[str]:
    """Codes of all bureaus (2), stations (4) or grids in force (6), in order."""
    from grids.models import Bureau, Grid, Station

    areas: dict[int, QuerySet[Any]] = {2: Bureau.objects.all(), 4: Station.objects.all(), 6: Grid.objects.in_force()}
    return list(areas[length].order_by("code").values_list("code", flat=True))
