from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class GridsupConfig(AppConfig):
    """What all apps share."""

    name = "gridsup"
    verbose_name = _("Operations")

    def ready(self) -> None:
        from gridsup import checks, database, holidays  # noqa: F401
        from gridsup.audit import guard, logins

        connection_created.connect(database.tune_sqlite)
        connection_created.connect(database.bound_postgresql)
        # reference data, like Django's own content types: there after every migration, in tests too
        post_migrate.connect(holidays.seed, sender=self)
        post_migrate.connect(guard.stand, sender=self)
        logins.listen()
