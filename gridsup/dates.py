"""Date arithmetic that the database does itself, alike on SQLite and PostgreSQL; dates are plain days."""

from calendar import monthrange
from datetime import date
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateField, Func
from django.db.models.sql.compiler import SQLCompiler

# Days that every month has.
SHORTEST_MONTH = 28


def days_later(vendor: str, day: str, days: str) -> str:
    """SQL for the day so many days after the SQL expression `day`."""
    return f"date({day}, ({days}) || ' days')" if vendor == "sqlite" else f"(({day})::date + ({days})::integer)"


def months_later(vendor: str, day: str, months: str) -> str:
    """SQL for the same day so many months after `day`, or that month's last day where it is shorter."""
    if vendor == "sqlite":
        # SQLite lets 31 January + 1 month run over into March: the earlier of that and the month's last day is meant.
        last = f"date({day}, 'start of month', ({months} + 1) || ' months', '-1 day')"
        return f"min(date({day}, ({months}) || ' months'), {last})"
    return f"(({day})::date + make_interval(months => ({months})::integer))::date"


def days_between(vendor: str, first: str, second: str) -> str:
    """SQL for the whole days from `first` to `second`."""
    if vendor == "sqlite":
        return f"CAST(julianday({second}) - julianday({first}) AS integer)"
    return f"(({second})::date - ({first})::date)"


class AddDays(Func):
    """`AddDays(day, n)`: the day `n` days later; both may be expressions."""

    output_field = DateField()
    arity = 2

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *_: Any, **__: Any) -> Any:
        day, days = (compiler.compile(part) for part in self.get_source_expressions() if part)
        return days_later(connection.vendor, day[0], days[0]), [*day[1], *days[1]]


class AddMonths(Func):
    """`AddMonths(day, n)`: the same day `n` months later, or that month's last day where it is shorter."""

    output_field = DateField()
    arity = 2

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *_: Any, **__: Any) -> Any:
        day, months = (compiler.compile(part) for part in self.get_source_expressions() if part)
        times = 2 if connection.vendor == "sqlite" else 1
        return months_later(connection.vendor, day[0], months[0]), [*day[1], *months[1]] * times


def first_day(day: date, kind: str) -> date:
    """The first day of the day's "year" or "month"; the "day" itself."""
    return {"year": day.replace(month=1, day=1), "month": day.replace(day=1), "day": day}[kind]


def add_months(day: date, months: int) -> date:
    """The Python twin of AddMonths: same day `months` later, clamped to the month's last day."""
    position = day.year * 12 + day.month - 1 + months
    year, month = divmod(position, 12)
    number = day.day if day.day <= SHORTEST_MONTH else min(day.day, monthrange(year, month + 1)[1])
    return day.replace(year=year, month=month + 1, day=number)


def week_from(day: date) -> date:
    """The last of the seven days that begin with `day`."""
    return date.fromordinal(day.toordinal() + 6)
