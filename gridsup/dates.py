"""Date arithmetic that the database does itself, alike on SQLite and PostgreSQL; dates are plain days."""

from calendar import monthrange
from datetime import date
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateField, Func
from django.db.models.sql.compiler import SQLCompiler


class AddDays(Func):
    """`AddDays(day, n)`: the day `n` days later; both may be expressions."""

    output_field = DateField()
    arity = 2

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        day, days = (compiler.compile(part) for part in self.get_source_expressions() if part)
        return f"date({day[0]}, ({days[0]}) || ' days')", [*day[1], *days[1]]

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        day, days = (compiler.compile(part) for part in self.get_source_expressions() if part)
        return f"(({day[0]})::date + ({days[0]})::integer)", [*day[1], *days[1]]


class AddMonths(Func):
    """`AddMonths(day, n)`: the same day `n` months later, or that month's last day where it is shorter."""

    output_field = DateField()
    arity = 2

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        # SQLite lets 31 January + 1 month run over into March: the earlier of that and the month's last day is meant.
        day, months = (compiler.compile(part) for part in self.get_source_expressions() if part)
        sql = (
            f"min(date({day[0]}, ({months[0]}) || ' months'), "
            f"date({day[0]}, 'start of month', ({months[0]} + 1) || ' months', '-1 day'))"
        )
        return sql, [*day[1], *months[1]] * 2

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        day, months = (compiler.compile(part) for part in self.get_source_expressions() if part)
        return f"(({day[0]})::date + make_interval(months => ({months[0]})::integer))::date", [*day[1], *months[1]]


def add_months(day: date, months: int) -> date:
    """The Python twin of AddMonths: same day `months` later, clamped to the month's last day."""
    position = day.year * 12 + day.month - 1 + months
    year, month = divmod(position, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))
