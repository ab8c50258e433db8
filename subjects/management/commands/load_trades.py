"""`manage.py load_trades`: the national classification of trades into the database."""

import json

from django.core.management.base import BaseCommand

from subjects.trades import load_trades


class Command(BaseCommand):
    help = "Loads the classification of trades GB/T 4754-2017; may be repeated."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(json.dumps(load_trades()))
