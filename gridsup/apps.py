from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class GridsupConfig(AppConfig):
    """What all apps share."""

    name = "gridsup"
    verbose_name = _("Operations")

    def ready(self) -> None:
        from gridsup import checks, database  # noqa: F401

        connection_created.connect(database.tune_sqlite)
        connection_created.connect(database.bound_postgresql)
