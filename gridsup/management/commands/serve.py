from argparse import ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from gridsup.server import Server


def port(text: str) -> int:
    """A port number; ArgumentTypeError for anything else."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
        raise ArgumentTypeError(f"{text!r} is not a number between 1 and 65535.")
    return int(text)


class Command(BaseCommand):
    help = "Serves the site; with the in-memory broker the background jobs run in the same process."
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", default=8000, type=port, help="port to listen on (8000)")

    def handle(self, *args: Any, **options: Any) -> None:
        server = Server(options["host"], options["port"], self._announce)
        refusal = server.refusal()
        if refusal is not None:
            raise CommandError(
                _("%(address)s cannot be served: %(why)s. Stop what runs there, or choose another with --port.")
                % {"address": server.address, "why": refusal.strerror}
            )
        server.run()

    def _announce(self, address: str) -> None:
        jobs = _("jobs run in this process") if settings.EMBEDDED_WORKER else _("jobs run in Celery workers")
        stop = _("stop with Ctrl-C")
        self.stdout.write(f"{address}  ({jobs}; {stop})")
        self.stdout.flush()
