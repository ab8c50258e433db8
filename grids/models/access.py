"""How people come in: passwords of before, and sessions that are open."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from grids.models.people import Officer


class PastPassword(models.Model):
    """The hash of a password that the officer had, so that it is not taken again."""

    # CASCADE: it means nothing without its owner.
    officer = models.ForeignKey(Officer, models.CASCADE, related_name="past_passwords", verbose_name=_("officer"))
    hash = models.CharField(max_length=128)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("past password")
        verbose_name_plural = _("past passwords")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.officer} {self.at:%Y-%m-%d}"


class OpenSession(models.Model):
    """Where an officer is logged in, so that they may end it; the row goes when the session does.

    When and how long it is used is not kept: nobody's time on line is counted (handbook §9).
    """

    # CASCADE: it means nothing without its owner.
    officer = models.ForeignKey(Officer, models.CASCADE, related_name="open_sessions", verbose_name=_("officer"))
    session_key = models.CharField(max_length=40, unique=True)
    started_at = models.DateTimeField(_("logged in at"))
    address = models.CharField(_("address"), max_length=45, blank=True)
    device = models.CharField(_("device"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("open session")
        verbose_name_plural = _("open sessions")
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.officer} {self.started_at:%Y-%m-%d %H:%M}"
