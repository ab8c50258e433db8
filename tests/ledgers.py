"""Ledger files for tests: rows as dictionaries of column keys, written as csv or xlsx."""

import csv
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter
from stdnum.cn import uscc

from subjects.importing.columns import COLUMNS

ON = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def code(number, kind="92"):
    """A unified social credit code with the right check digit."""
    body = f"{kind}610111MA{number:07d}"
    return body + uscc.calc_check_digit(body)


def shop(number=1, **facts):
    """A sound row of the ledger."""
    return {
        "uscc": code(number),
        "name": f"第{number}小吃店",
        "kind": "个体工商户",
        "trade": "6210",
        "address": f"纺织城街道纺一路{number}号",
        "registered_on": "2024-05-01",
        "grid_code": "050101",
        "credit": "A",
        "status": "存续",
        **facts,
    }


def keys_of(rows):
    return [key for key in COLUMNS if any(key in row for row in rows)]


def as_csv(path: Path, rows, encoding="utf-8", keys=None):
    keys = keys or keys_of(rows)
    with path.open("w", encoding=encoding, newline="") as file:
        lines = csv.writer(file)
        lines.writerow([COLUMNS.get(key, key) for key in keys])
        lines.writerows([[row.get(key, "") for key in keys] for row in rows])
    return path


class Formula(str):
    """A cell that the sheet calculates."""


def as_xlsx(path: Path, rows, keys=None, above=()):
    keys = keys or keys_of(rows)
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, days = book.add_worksheet("台账"), book.add_format({"num_format": "yyyy-mm-dd"})
        lines = [*above, [COLUMNS.get(key, key) for key in keys], *([row.get(key, "") for key in keys] for row in rows)]
        for number, line in enumerate(lines):
            for position, value in enumerate(line):
                if isinstance(value, Formula):
                    sheet.write_formula(number, position, str(value), None, "甲")
                elif isinstance(value, date | datetime):
                    sheet.write_datetime(number, position, value, days)
                elif isinstance(value, int | float):
                    sheet.write_number(number, position, value)
                elif value != "":
                    sheet.write_string(number, position, value)
    return path
