"""Responsibility letters: what a head promises the level above for a year (handbook §2)."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grids.models.people import Posting
from grids.permissions import Permission
from grids.querysets import LetterQuerySet
from gridsup.events import Event
from gridsup.states import Move

models.CharField.register_lookup(Length)


class ResponsibilityLetter(models.Model):
    """One year's letter between an area and the one above: bureau and station, or station and grid.

    Made from the posts of the day, it keeps its file for ever; another holder of the post signs a letter of their own.
    """

    class State(models.TextChoices):
        MADE = "made", _("to be signed")
        SIGNED = "signed", _("signed")
        SUPERSEDED = "superseded", _("superseded")

    year = models.PositiveSmallIntegerField(_("year"))
    area_code = models.CharField(_("area code"), max_length=6)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    giver = models.ForeignKey(Posting, models.PROTECT, related_name="letters_given", verbose_name=_("post above"))
    holder = models.ForeignKey(Posting, models.PROTECT, related_name="letters", verbose_name=_("post that signs"))
    file = models.FileField(_("file"), upload_to="letters/%Y")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.MADE)
    made_on = models.DateField(_("made on"))
    signed_on = models.DateField(_("signed on"), null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("responsibility letter")
        verbose_name_plural = _("responsibility letters")
        ordering = ["-year", "area_code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["year", "area_code", "version"], name="letter_version_once"),
            models.UniqueConstraint(
                fields=["year", "area_code"], condition=Q(state__in=["made", "signed"]), name="letter_one_current"
            ),
            models.CheckConstraint(condition=Q(area_code__length__in=[4, 6]), name="letter_area_length"),
            models.CheckConstraint(condition=Q(state__in=["made", "signed", "superseded"]), name="letter_state"),
            models.CheckConstraint(
                condition=Q(state="superseded")
                | Q(state="made", signed_on__isnull=True)
                | Q(state="signed", signed_on__isnull=False),
                name="letter_signed_has_day",
            ),
            models.CheckConstraint(
                condition=Q(signed_on__isnull=True) | Q(signed_on__gte=F("made_on")), name="letter_signed_after_made"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.holder.officer}"

    def get_absolute_url(self) -> str:
        return reverse("letter", args=[self.pk])

    @property
    def number(self) -> str:
        """How the letter is called: year, area, and which of the year it is there."""
        return f"{self.year}-{self.area_code}-{self.version}"

    @property
    def above(self) -> str:
        """Code of the area above, which gives the letter and says when it was signed."""
        return self.area_code[:-2]

    def holds_on(self, day: date) -> bool:
        """Whoever signs it holds the post on the day."""
        return self.holder.from_day <= day and (self.holder.to_day is None or self.holder.to_day >= day)


S = ResponsibilityLetter.State
# The side above says who signed; another holder of the post, or nobody, supersedes a letter, which only the job does.
LETTER_MOVES = {
    (str(S.MADE), str(S.SIGNED)): Move(Permission.KEEP_LETTERS, required=("signed_on",)),
    (str(S.SIGNED), str(S.MADE)): Move(Permission.KEEP_LETTERS, required=("why",)),
    (str(S.MADE), str(S.SUPERSEDED)): Move(""),
    (str(S.SIGNED), str(S.SUPERSEDED)): Move(""),
}


class LetterEvent(Event):
    """History of a letter: made, signed, the signature taken back, superseded."""

    letter = models.ForeignKey(ResponsibilityLetter, models.PROTECT, related_name="events")

    @property
    def words(self) -> str:
        """What became of the letter, as people read it."""
        return str(dict(ResponsibilityLetter.State.choices).get(self.new, self.new))
