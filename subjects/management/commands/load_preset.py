import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gridsup.errors import DomainError
from gridsup.periods import day_argument
from subjects import presets
from subjects.actions import apply_policy, load_preset
from subjects.preview import Shape, preview_preset


class Command(BaseCommand):
    help = "Makes a shipped preset a bureau's policy from a day and applies it; --preview only says what it would do."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="one of: " + ", ".join(presets.names()))
        parser.add_argument("--bureau", required=True, help="two-digit code")
        parser.add_argument("--from", dest="day", type=day_argument, help="first day, YYYY-MM-DD; default: today")
        parser.add_argument("--why", default="", help="the bureau's reason, where the preset goes beyond the usual cap")
        parser.add_argument("--preview", action="store_true", help="change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        facts = {
            "bureau": options["bureau"],
            "name": options["name"],
            "on": options["day"] or timezone.localdate(now),
            "now": now,
        }
        try:
            if options["preview"]:
                preview = preview_preset(**facts)
                self.stdout.write(
                    json.dumps(
                        {
                            "before": _shape(preview.before) if preview.before else None,
                            "after": _shape(preview.after),
                            "changed": preview.changed,
                        },
                        ensure_ascii=False,
                    )
                )
                return
            counts = load_preset(**facts, why=options["why"])
            # A policy that begins later is applied by the daily job on its first day.
            applied = apply_policy(bureau=facts["bureau"], on=timezone.localdate(now), now=now)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            json.dumps({"preset": options["name"], **counts, "read": applied["read"], "changed": applied["changed"]})
        )


def _shape(shape: Shape) -> dict[str, object]:
    premises = {f"{tier or '-'}/{mode}": count for (tier, mode), count in sorted(shape.premises.items())}
    return asdict(shape) | {"premises": premises}
