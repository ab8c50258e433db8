"""The ledger of grid people (网格人员台账) as it stood on a day (handbook §3)."""

from collections.abc import Collection, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from grids.models import Posting
from grids.naming import names_on
from grids.permissions import ADMINISTRATORS, Permission
from grids.querysets import PostingQuerySet
from gridsup.books import DAY, Ask, Column, RowsBook
from gridsup.scoping import inside
from subjects.lines import line_name


class People(RowsBook[Posting]):
    """Who held which post; administrators of accounts and audit are no grid people."""

    name = "people"
    label = _("Grid people")
    permission = Permission.VIEW_PEOPLE
    title = "officer"
    keys = ("area_code", "duty", "pk")
    numbers = ("pk",)
    columns = (
        Column("area_code", _("Area code"), width=10),
        Column("area", _("Area"), width=24),
        Column("duty", _("Duty"), width=14),
        Column("officer", _("Name"), width=16, today=True),
        Column("stands_in_for", _("Stands in for"), width=16),
        Column("line", _("Line of business"), width=14),
        Column("team", _("Team"), width=14),
        Column("from_day", _("From"), DAY, 12),
        Column("to_day", _("Last day"), DAY, 12),
        Column("certificate_no", _("Enforcement certificate"), width=18, today=True),
        Column("certificate_valid_to", _("Certificate valid to"), DAY, 12, today=True),
        Column("phone", _("Phone"), width=16, today=True),
    )

    def ever(self, codes: Collection[str]) -> PostingQuerySet:
        return Posting.objects.filter(inside(codes), called_off=False).exclude(duty__in=ADMINISTRATORS)

    def rows(self, ask: Ask) -> PostingQuerySet:
        return self.ever(ask.codes).on(ask.day).select_related("officer", "stands_in_for__officer")

    def cells(self, rows: Sequence[Posting], ask: Ask) -> list[list[Any]]:
        names = names_on({post.area_code for post in rows}, ask.day)
        return [
            [
                post.area_code,
                names.get(post.area_code, ""),
                post.get_duty_display(),
                str(post.officer),
                str(post.stands_in_for.officer) if post.stands_in_for else "",
                line_name(post.line),
                post.team,
                post.from_day,
                post.to_day,
                post.officer.certificate_no,
                post.officer.certificate_valid_to,
                post.officer.phone,
            ]
            for post in rows
        ]
