"""The append-only event: one base for the history of everything."""

from typing import Any, NoReturn, TypeVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

E = TypeVar("E", bound=models.Model)


class AppendOnly(models.QuerySet[E]):
    """Events are written once; correcting one means writing another."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("Events are append-only: write another event instead.")

    def delete(self) -> NoReturn:
        raise TypeError("Events are append-only: they are never deleted.")


class Event(models.Model):
    """What changed, from what to what, by whom, when and why; `by` is empty for what a job did."""

    what = models.CharField(_("what"), max_length=40)
    old = models.CharField(_("old"), max_length=200, blank=True)
    new = models.CharField(_("new"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    why = models.CharField(_("why"), max_length=500, blank=True)

    objects = AppendOnly.as_manager()

    class Meta:
        abstract = True
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.what}: {self.old} → {self.new}" if self.old else f"{self.what}: {self.new}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("Events are append-only: write another event instead.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("Events are append-only: they are never deleted.")
