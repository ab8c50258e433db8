"""Which premises a change of areas moved, from where and why: what its page and its undoing need."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grids.models import AreaChange
from subjects.models.ledger import Premises
from subjects.querysets import AreaMoveQuerySet


class Ground(models.TextChoices):
    """Why a premises goes where it goes; the first that says something decides."""

    LISTED = "listed", _("by the list")
    POINT = "point", _("by their point")
    LOCALITY = "locality", _("by their community or village")
    SUCCESSOR = "successor", _("with the successor")


class AreaMove(models.Model):
    """One premises that a change of areas took from one area's ledger to another's."""

    change = models.ForeignKey(AreaChange, models.PROTECT, related_name="moves", verbose_name=_("change of areas"))
    premises = models.ForeignKey(Premises, models.PROTECT, related_name="area_moves", verbose_name=_("premises"))
    from_code = models.CharField(_("from area"), max_length=6)
    to_code = models.CharField(_("to area"), max_length=6)
    ground = models.CharField(_("why"), max_length=9, choices=Ground, blank=True)
    # came into a grid that the change made by another way, and left it when the change was undone
    taken_along = models.BooleanField(_("taken along by the undoing"), default=False)

    objects = AreaMoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("premises moved")
        verbose_name_plural = _("premises moved")
        ordering = ["change", "premises"]
        constraints = [
            models.UniqueConstraint(fields=["change", "premises"], name="areamove_once"),
            models.CheckConstraint(condition=~Q(from_code=F("to_code")), name="areamove_elsewhere"),
            models.CheckConstraint(
                condition=Q(taken_along=True, ground="") | Q(taken_along=False, ground__in=Ground.values),
                name="areamove_ground_unless_taken_along",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.premises_id}: {self.from_code} → {self.to_code}"
