"""Set-based writing: a compiled query set as the source of an INSERT or an UPDATE (style §15).

`insert` and `update` are the only places where SQL text is joined; names are quoted by the connection, values stay
parameters.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.core.exceptions import FieldError
from django.db import connections, models
from django.db.models.expressions import Combinable

from gridsup.scoping import ScopedQuerySet

M = TypeVar("M", bound=models.Model)


class SetWise(ScopedQuerySet[M]):
    """A query set whose rows can be written into tables without leaving the database."""

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


def _column(target: type[models.Model], name: str) -> str:
    """The column that holds a field; raises FieldError for a name without one."""
    field = target._meta.pk if name == "pk" else target._meta.get_field(name)
    column = getattr(field, "column", None)
    if not isinstance(column, str):
        raise FieldError(f"{target._meta.label}.{name} has no column of its own.")
    return column
