"""The national classification of trades, GB/T 4754-2017, as rows."""

import csv
from pathlib import Path

from django.db import transaction

from subjects.models import Trade

CLASSIFICATION = Path(__file__).parent / "data" / "gbt4754_2017.csv"
BATCH = 1_000  # rows a statement


def load_trades() -> dict[str, int]:
    """Brings the table of trades to what the shipped classification says; returns read, made, changed, unchanged.

    A trade that the classification no longer knows stays, because premises may name it.
    """
    with CLASSIFICATION.open(encoding="utf-8", newline="") as file:
        wanted = {
            row["code"]: Trade(
                code=row["code"], name=row["name"], section=row["section"], parent_id=row["parent_code"] or None
            )
            for row in csv.DictReader(file)
        }
    known = {code: facts for code, *facts in Trade.objects.values_list("code", "name", "section", "parent_id")}
    made = [trade for code, trade in wanted.items() if code not in known]
    changed = [
        trade
        for code, trade in wanted.items()
        if code in known and known[code] != [trade.name, trade.section, trade.parent_id]
    ]
    with transaction.atomic():
        Trade.objects.bulk_create(made, batch_size=BATCH)
        Trade.objects.bulk_create(
            changed,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name", "section", "parent"],
        )
    return {
        "read": len(wanted),
        "made": len(made),
        "changed": len(changed),
        "unchanged": len(wanted) - len(made) - len(changed),
    }
