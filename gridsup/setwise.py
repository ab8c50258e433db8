"""Set-based writing: a compiled query set as the source of an INSERT or an UPDATE (style §15).

`insert` and `update` are the only places where SQL text is joined; names are quoted by the connection, values stay
parameters.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Self, TypeVar

from django.core.exceptions import FieldError
from django.db import connections, models
from django.db.models.expressions import Combinable

from gridsup.scoping import ScopedQuerySet

M = TypeVar("M", bound=models.Model)
# A statement of `write_rows` has at most so many; SQLite takes 32,766.
MOST_PARAMETERS = 20_000


class Keys(models.Func):
    """The numbers of a JSON list, one a row."""

    template = "(SELECT value FROM json_each(%(expressions)s))"
    output_field = models.BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """PostgreSQL's words for the same."""
        template = "(SELECT json_array_elements_text(%(expressions)s::json)::bigint)"
        return self.as_sql(compiler, connection, template=template, **extra)


class SetWise(ScopedQuerySet[M]):
    """A query set whose rows can be written into tables without leaving the database."""

    def among(self, keys: Collection[int]) -> Self:
        """Rows of these primary keys, however many: one parameter, since SQLite bounds their number."""
        return self.filter(pk__in=Keys(models.Value(json.dumps(sorted(keys)))))

    def insert_into(self, target: type[models.Model], **columns: object) -> int:
        """Inserts one `target` row for each row of this query set; returns how many were new.

        `columns`: target field name → expression, field name (as F) or plain value. Rows that a unique constraint
        refuses are left out silently, so the statement may be repeated and may meet itself.
        """
        aliases, source = self._aliased(columns)
        connection = connections[self.db]
        quote = connection.ops.quote_name
        into = [_column(target, name) for name in columns]
        sql, params = source.query.get_compiler(self.db).as_sql()
        statement = (
            f"INSERT INTO {quote(target._meta.db_table)} ({', '.join(map(quote, into))}) "
            f"SELECT {', '.join(f'chosen.{quote(alias)}' for alias in aliases)} FROM ({sql}) AS chosen "
            "WHERE true ON CONFLICT DO NOTHING"
        )
        return self._run(statement, params)

    def write_to(self, target: type[models.Model], *, key: str, **columns: object) -> int:
        """Updates the `target` rows named by `key` (an expression giving their primary key) with the columns.

        Only rows that differ in at least one column are written; returns how many. Each target row may be named once.
        """
        aliases, source = self._aliased({"pk": models.F(key), **columns})
        connection = connections[self.db]
        quote = connection.ops.quote_name
        table, key_column = quote(target._meta.db_table), quote(_column(target, "pk"))
        differs = "IS NOT" if connection.vendor == "sqlite" else "IS DISTINCT FROM"
        fields = [quote(_column(target, name)) for name in columns]
        values = [f"chosen.{quote(alias)}" for alias in aliases[1:]]
        pairs = list(zip(fields, values, strict=True))
        sql, params = source.query.get_compiler(self.db).as_sql()
        statement = (
            f"UPDATE {table} SET {', '.join(f'{field} = {value}' for field, value in pairs)} FROM ({sql}) AS chosen "
            f"WHERE {table}.{key_column} = chosen.{quote(aliases[0])} "
            f"AND ({' OR '.join(f'{table}.{field} {differs} {value}' for field, value in pairs)})"
        )
        return self._run(statement, params)

    def write_rows(self, rows: Iterable[M], fields: Sequence[str]) -> int:
        """Stores the fields of rows as they stand in memory; returns how many rows there are.

        What `bulk_update` does, in a fraction of its time: it builds a CASE for every value, which takes longer than
        the database takes to write it.
        """
        written = 0
        whole = list(rows)
        size = max(1, MOST_PARAMETERS // (len(fields) + 1))
        for start in range(0, len(whole), size):
            written += self._write_some(whole[start : start + size], fields)
        return written

    def _write_some(self, rows: Sequence[M], fields: Sequence[str]) -> int:
        """One statement of `write_rows`; both databases call the columns of VALUES column1, column2 and so on."""
        connection = connections[self.db]
        quote = connection.ops.quote_name
        meta = self.model._meta
        columns = [meta.pk, *(meta.get_field(name) for name in fields)]
        values = [_value(column, row, connection) for row in rows for column in columns]
        pairs = [
            f"{quote(_column(self.model, column.name))} = {_typed(f'given.column{place}', column, connection)}"
            for place, column in enumerate(columns[1:], start=2)
        ]
        one = f"({', '.join(['%s'] * len(columns))})"
        table, key = quote(meta.db_table), quote(_column(self.model, "pk"))
        statement = (
            f"UPDATE {table} SET {', '.join(pairs)} FROM (VALUES {', '.join([one] * len(rows))}) AS given "
            f"WHERE {table}.{key} = given.column1"
        )
        return self._run(statement, values)

    def _aliased(self, columns: dict[str, object]) -> tuple[list[str], models.QuerySet[Any, Any]]:
        """The source query with one alias a column, in order."""
        aliases = [f"c{position}" for position in range(len(columns))]
        expressions = [
            value if isinstance(value, Combinable) or hasattr(value, "resolve_expression") else models.Value(value)
            for value in columns.values()
        ]
        chosen = dict(zip(aliases, expressions, strict=True))
        return aliases, self.annotate(**chosen).order_by().values_list(*aliases)

    def _run(self, statement: str, params: Sequence[Any]) -> int:
        with connections[self.db].cursor() as cursor:
            cursor.execute(statement, params)
            return int(cursor.rowcount)


def _value(column: Any, row: models.Model, connection: Any) -> Any:
    """The value of a row's column as the database takes it."""
    return column.get_db_prep_save(getattr(row, column.attname), connection)


def _typed(name: str, column: Any, connection: Any) -> str:
    """A column of VALUES in the type it is written to: PostgreSQL takes one that is null in every row for text."""
    if connection.vendor == "sqlite":  # its types belong to values, and a cast to a date would cut it down to a number
        return name
    kind = column.rel_db_type(connection) if column.is_relation else column.db_type(connection)
    # a cast to a bounded length would cut a longer text off in silence
    return f"CAST({name} AS {'text' if kind.startswith('varchar') else kind})"


def _column(target: type[models.Model], name: str) -> str:
    """The column that holds a field; raises FieldError for a name without one."""
    field = target._meta.pk if name == "pk" else target._meta.get_field(name)
    column = getattr(field, "column", None)
    if not isinstance(column, str):
        raise FieldError(f"{target._meta.label}.{name} has no column of its own.")
    return column
