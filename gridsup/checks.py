"""System checks: what must hold before the site may start."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connection

OLDEST_SQLITE = (3, 35)


@register(Tags.database)
def sqlite_is_new_enough(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """UPDATE … FROM and materialised subqueries need SQLite 3.35."""
    if connection.vendor != "sqlite":
        return []
    from sqlite3 import sqlite_version, sqlite_version_info

    if sqlite_version_info >= OLDEST_SQLITE:
        return []
    return [Error(f"SQLite {sqlite_version} is too old: 3.35 or newer is needed.", id="gridsup.E001")]


@register(Tags.security, deploy=True)
def demo_is_off(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """A demo lists its accounts with their password on the login page."""
    if settings.DEMO or settings.SECRET_KEY == settings.DEMO_KEY:
        return [Warning("GRIDSUP_DEMO or the demo key is on: never for a real district.", id="gridsup.W001")]
    return []
