"""People and their posts: who is responsible, and since when (handbook §2)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from grids.models.areas import Bureau
from grids.permissions import AREA_LENGTHS, DUTIES, HEADS, START_PAGES, Duty, Permission
from grids.querysets import OfficerManager, PostingQuerySet
from gridsup.events import Event

models.CharField.register_lookup(Length)


class Officer(AbstractUser):
    """A person with an account; what they may see and do follows from their postings alone."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=80)
    bureau = models.ForeignKey(
        Bureau, models.PROTECT, to_field="code", null=True, blank=True, related_name="accounts",
        verbose_name=_("bureau that keeps the account"),
    )  # fmt: skip
    certificate_no = models.CharField(_("enforcement certificate"), max_length=40, blank=True)
    certificate_from = models.DateField(_("certificate valid from"), null=True, blank=True)
    certificate_valid_to = models.DateField(_("certificate valid to"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    must_change_password = models.BooleanField(_("has to set a password of their own"), default=False)
    closed_on = models.DateField(_("last day of service"), null=True, blank=True)
    log_outs = models.PositiveIntegerField(_("times logged out everywhere"), default=0)

    objects: ClassVar[OfficerManager] = OfficerManager()
    is_named_in_trail = True

    class Meta:
        verbose_name = _("officer")
        verbose_name_plural = _("officers")
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                condition=Q(certificate_no="", certificate_valid_to__isnull=True)
                | (~Q(certificate_no="") & Q(certificate_valid_to__isnull=False)),
                name="officer_certificate_with_expiry",
            ),
            models.CheckConstraint(
                condition=Q(certificate_from__isnull=True)
                | Q(certificate_valid_to__isnull=False, certificate_valid_to__gte=F("certificate_from")),
                name="officer_certificate_days",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(is_active=False), name="officer_closed_has_last_day"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must match: a new password, or a log-out everywhere, ends every session at once."""
        facts = f"{self.password}:{self.log_outs}"
        return salted_hmac("grids.session", facts, secret=secret, algorithm="sha256").hexdigest()

    def certified_on(self, day: date) -> bool:
        """Holds an enforcement certificate that is valid on the day; of earlier days the certificates of then count."""
        if self.certificate_valid_to is None:
            return False
        if self.certificate_from is None or self.certificate_from <= day:
            return self.certificate_valid_to >= day
        return any(certificate.holds_on(day) for certificate in self.certificates.all())

    @cached_property
    def current_postings(self) -> list["Posting"]:
        """Postings of today, read once for this object (one request)."""
        posts = self.postings.on(timezone.localdate()).select_related("stands_in_for")
        return list(posts.order_by("area_code", "duty"))

    def area_codes(self, permission: str) -> Collection[str]:
        """Areas where a duty of today carries the permission, none inside another; empty for a deactivated account."""
        if not self.is_active:
            return []
        codes = sorted({post.area_code for post in self.current_postings if permission in DUTIES[Duty(post.duty)]})
        return [code for code in codes if not any(code != wider and code.startswith(wider) for wider in codes)]

    def areas_by_line(self, permission: str) -> Mapping[str, Collection[str]]:
        """Line → areas of the posts of today for it that carry the permission; the empty line stands for every line."""
        found: dict[str, set[str]] = defaultdict(set)
        for post in self.current_postings if self.is_active else []:
            if permission in DUTIES[Duty(post.duty)]:
                found[post.line].add(post.area_code)
        return found

    def may(self, permission: str, area_code: str) -> bool:
        """A duty of today carries the permission at or above the area."""
        return any(area_code.startswith(code) for code in self.area_codes(permission))

    def permissions(self) -> frozenset[Permission]:
        """Everything that the duties of today permit somewhere."""
        return frozenset().union(*(DUTIES[Duty(post.duty)] for post in self.current_postings))

    def home_bureau(self) -> str:
        """Code of the bureau where the person works today; without a post, of the one that keeps the account."""
        return self.current_postings[0].area_code[:2] if self.current_postings else self.bureau_id or ""

    def start_page(self) -> str:
        """Name of the route where the person starts; without a post it is the account page, which says whom to ask."""
        held = {post.duty for post in self.current_postings} if self.is_active else set()
        return next((page for duty, page in START_PAGES.items() if duty in held), "account")

    # A superuser flag opens nothing: the table of duties is the only source (design §3). Django would answer yes here.
    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Some duty of today carries the permission; with `obj`, at or above the object's area."""
        if obj is not None and hasattr(obj, "area_code"):
            return self.may(perm, obj.area_code)
        return self.is_active and perm in self.permissions()

    def has_module_perms(self, app_label: str) -> bool:
        """Admin index: whoever may use the admin sees the apps that hold something for them."""
        return self.has_perm(Permission.USE_ADMIN)


class Posting(models.Model):
    """A post as a dated period; it is ended, never edited, so that "who was responsible then" stays answerable.

    A substitute's post names the post that it stands in for during leave: same duty and area, with a last day. One that
    was called off before it began holds on no day: its last day lies before its first.
    """

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="postings", verbose_name=_("officer"))
    duty = models.CharField(_("duty"), max_length=20, choices=Duty)
    area_code = models.CharField(_("area code"), max_length=6, db_index=True)
    line = models.CharField(_("line of business"), max_length=40, blank=True)
    team = models.CharField(_("team"), max_length=40, blank=True)
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("last day"), null=True, blank=True)
    stands_in_for = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="substitutes", verbose_name=_("stands in for")
    )
    called_off = models.BooleanField(_("was called off"), default=False)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ["area_code", "duty", "from_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(called_off=False) & (Q(to_day__isnull=True) | Q(to_day__gte=F("from_day")))
                | Q(called_off=True, to_day__lt=F("from_day")),
                name="posting_days",
            ),
            models.CheckConstraint(
                condition=Q(stands_in_for__isnull=True) | Q(to_day__isnull=False),
                name="posting_substitute_has_last_day",
            ),
            models.CheckConstraint(condition=~Q(stands_in_for=F("pk")), name="posting_not_its_own_substitute"),
            models.CheckConstraint(condition=Q(area_code__regex=r"^([0-9]{2}){1,3}$"), name="posting_area_digits"),
            models.CheckConstraint(
                condition=Q(
                    *(
                        Q(duty=str(duty), area_code__length__in=list(lengths))
                        for duty, lengths in sorted(AREA_LENGTHS.items())
                    ),
                    _connector=Q.OR,
                ),
                name="posting_area_follows_duty",
            ),
            models.UniqueConstraint(
                fields=["area_code", "duty"],
                condition=Q(to_day__isnull=True, duty__in=sorted(str(duty) for duty in HEADS)),
                name="posting_one_current_head",
            ),
        ]
        indexes = [models.Index(fields=["officer", "to_day"], name="posting_of_officer")]

    def __str__(self) -> str:
        return f"{self.area_code} {self.get_duty_display()}: {self.officer}"

    def is_running(self, on: date) -> bool:
        """Neither over nor called off; it may begin later."""
        return not self.called_off and (self.to_day is None or self.to_day >= on)

    def permits(self) -> list[Permission]:
        """What the duty of this post permits, in the order of the table."""
        return [permission for permission in Permission if permission in DUTIES[Duty(self.duty)]]


class PostingEvent(Event):
    """Who posted an officer and who ended the post (handbook §2: every change of who is responsible is kept)."""

    class What(models.TextChoices):
        POSTED = "posted", _("post given, from")
        STANDS_IN = "stands_in", _("stands in, from")
        ENDED = "ended", _("post ended, last day")
        CALLED_OFF = "called_off", _("post called off")
        SWAPPED = "swapped", _("changed places in rotation")
        REOPENED = "reopened", _("post goes on, the change of areas was undone")
        TEAM = "team", _("patrol group")

    posting = models.ForeignKey(Posting, models.PROTECT, related_name="events")

    def __str__(self) -> str:
        words = str(dict(self.What.choices).get(self.what, self.what))
        if self.what == self.What.TEAM:
            return f"{words}{_(': ')}{self.old or '–'} → {self.new or '–'}"
        # of a swap the event names a key, which says nothing to people
        if self.what == self.What.SWAPPED or not self.new:
            return words
        return f"{words}{_(': ')}{f'{self.old} → {self.new}' if self.old else self.new}"


class ApiToken(models.Model):
    """An expiring key to the API; only its hash is kept."""

    # CASCADE: a key means nothing without its owner.
    officer = models.ForeignKey(Officer, models.CASCADE, related_name="api_tokens", verbose_name=_("officer"))
    name = models.CharField(_("name"), max_length=60, blank=True)
    key_hash = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(_("created"))
    expires = models.DateTimeField(_("expires"))
    last_used_on = models.DateField(_("last used on"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [models.CheckConstraint(condition=Q(expires__gt=F("created")), name="token_expires_later")]

    def __str__(self) -> str:
        return f"{self.officer} → {self.expires:%Y-%m-%d %H:%M}"
