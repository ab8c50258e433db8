from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class GridsupConfig(AppConfig):
    """What all apps share."""

    name = "gridsup"
    verbose_name = _("Operations")

    def ready(self) -> None:
        from django.core.validators import ProhibitNullCharactersValidator
        from rest_framework.serializers import Serializer

        from gridsup import checks, database, holidays  # noqa: F401
        from gridsup.audit import guard, logins

        connection_created.connect(database.tune_sqlite)
        connection_created.connect(database.bound_postgresql)
        # reference data, like Django's own content types: there after every migration, in tests too
        post_migrate.connect(holidays.seed, sender=self)
        post_migrate.connect(guard.stand, sender=self)
        logins.listen()
        # two sentences of the frameworks of which nobody learns what to mend, in neither language
        ProhibitNullCharactersValidator.message = _(
            "This holds a character that is no text (NUL), as a damaged copy does. Type it again."
        )
        Serializer.default_error_messages["invalid"] = _(
            "Give one object with named fields here, not a list or a single value."
        )
