"""The ledger of grid people (网格人员台账) as it stood on a day (handbook §3)."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.models import Certificate, Officer, OfficerEvent, Posting
from grids.naming import names_on
from grids.permissions import ADMINISTRATORS, Permission
from grids.querysets import PostingQuerySet
from grids.teams import teams_on
from gridsup.books import DAY, Ask, Column, RowsBook, midnight_after
from gridsup.scoping import inside
from subjects.lines import line_name


class People(RowsBook[Posting]):
    """Who held which post; administrators of accounts and audit are no grid people, nor is who left the service."""

    name = "people"
    label = _("Grid people")
    short = pgettext_lazy("a ledger", "People")
    permission = Permission.VIEW_PEOPLE
    title = "officer"
    keys = ("area_code", "duty", "pk")
    numbers = ("pk",)
    columns = (
        Column("area_code", _("Area code"), width=10),
        Column("area", _("Area"), width=24),
        Column("duty", _("Duty"), width=14),
        Column("officer", _("Officer's name"), width=16),
        Column("stands_in_for", _("Stands in for"), width=16),
        Column("line", _("Line of business"), width=14),
        Column("team", _("Team"), width=14),
        Column("from_day", _("Posted from"), DAY, 12),
        Column("to_day", _("Posted to"), DAY, 12),
        Column("certificate_no", _("Enforcement certificate"), width=18),
        Column("certificate_valid_to", _("Certificate valid to"), DAY, 12),
        Column("phone", _("Phone"), width=16, today=True),
    )

    def ever(self, codes: Collection[str]) -> PostingQuerySet:
        return Posting.objects.filter(inside(codes), called_off=False).exclude(duty__in=ADMINISTRATORS)

    def rows(self, ask: Ask) -> PostingQuerySet:
        return self.ever(ask.codes).serving_on(ask.day).select_related("officer", "stands_in_for__officer")

    def cells(self, rows: Sequence[Posting], ask: Ask) -> list[list[Any]]:
        areas = names_on({post.area_code for post in rows}, ask.day)
        absent = [post.stands_in_for.officer for post in rows if post.stands_in_for]
        called = _names([*absent, *(post.officer for post in rows)], ask.day)
        teams = teams_on([post.pk for post in rows], ask.day)
        certificates = _certificates([post.officer_id for post in rows], ask.day)
        return [
            [
                post.area_code,
                areas.get(post.area_code, ""),
                post.get_duty_display(),
                called[post.officer_id],
                called[post.stands_in_for.officer_id] if post.stands_in_for else "",
                line_name(post.line),
                teams.get(post.pk, post.team),
                post.from_day,
                post.to_day,
                *certificates.get(post.officer_id, ("", None)),
                post.officer.phone,
            ]
            for post in rows
        ]


def _names(officers: Collection[Officer], day: date) -> dict[int, str]:
    """Officer → their name at the end of the day; one query."""
    keys = {officer.pk for officer in officers}
    later = OfficerEvent.objects.filter(officer__in=keys, what="renamed", at__gte=midnight_after(day))
    # the earliest is read last and stays
    before = dict(later.order_by("-at", "-pk").values_list("officer_id", "old"))
    return {officer.pk: before.get(officer.pk) or str(officer) for officer in officers}


def _certificates(officers: Collection[int], day: date) -> dict[int, tuple[str, date]]:
    """Officer → number and last day of the certificate that was valid on the day; one query."""
    begun = Q(from_day__isnull=True) | Q(from_day__lte=day)
    held = Certificate.objects.filter(begun, officer__in=officers, to_day__gte=day).order_by("to_day", "pk")
    return {pk: (number, last) for pk, number, last in held.values_list("officer_id", "number", "to_day")}
