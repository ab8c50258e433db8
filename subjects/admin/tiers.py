"""The name of a tier in the admin's lists."""

from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Substr
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from subjects.models import Tier


class NamesTier:
    """For rows with a tier: `risk` shows what the policy of today calls it; `tier_area` is where their area stands."""

    tier_area = "area_code"
    readonly_fields = ("risk",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """The rows with the name of their tier."""
        today = Tier.objects.on(timezone.localdate())
        tier = today.filter(bureau=Substr(OuterRef(self.tier_area), 1, 2), key=OuterRef("tier"))
        rows: Any = super().get_queryset(request)  # type: ignore[misc]
        return rows.annotate(tier_name=Subquery(tier.values("name")[:1]))

    @display(description=gettext_lazy("tier"), ordering="tier")
    def risk(self, row: Any) -> str:
        """What today's policy calls the tier; its key where no row of today knows it."""
        return str(row.tier_name or row.tier)
