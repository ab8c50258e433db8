"""The database's own refusal to change or empty the audit trail, on SQLite and PostgreSQL.

A program that goes round the models meets it, and so does whoever types SQL; dropping the triggers needs the owner of
the database, and what is changed then shows in the chain of hashes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections

ENTRIES, SEALS = "gridsup_auditentry", "gridsup_auditseal"
# Logs are kept for six months at least (handbook §9): younger entries are not even removed under a seal.
LEAST_DAYS = 183

# Removing old entries is let through where a seal keeps the hash of their last one.
_OLD_AND_SEALED = (
    f"EXISTS (SELECT 1 FROM {SEALS} WHERE {SEALS}.bureau = OLD.bureau AND {SEALS}.number >= OLD.number)"
    " AND OLD.at < {past}"
)
_SAYING = "The audit trail is append-only."
_SQLITE_PAST = f"datetime('now', '-{LEAST_DAYS} days')"
_PAST = f"now() - interval '{LEAST_DAYS} days'"

SQLITE = (
    f"""CREATE TRIGGER IF NOT EXISTS {ENTRIES}_kept BEFORE UPDATE ON {ENTRIES}
    BEGIN SELECT RAISE(ABORT, '{_SAYING}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS {ENTRIES}_stays BEFORE DELETE ON {ENTRIES}
    WHEN NOT ({_OLD_AND_SEALED.format(past=_SQLITE_PAST)})
    BEGIN SELECT RAISE(ABORT, '{_SAYING}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS {SEALS}_kept BEFORE UPDATE ON {SEALS}
    BEGIN SELECT RAISE(ABORT, '{_SAYING}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS {SEALS}_stays BEFORE DELETE ON {SEALS}
    BEGIN SELECT RAISE(ABORT, '{_SAYING}'); END""",
)
POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION gridsup_audit_refuse() RETURNS trigger AS $$
    BEGIN
      IF TG_OP = 'DELETE' AND TG_TABLE_NAME = '{ENTRIES}' THEN
        IF {_OLD_AND_SEALED.format(past=_PAST)} THEN RETURN OLD; END IF;
      END IF;
      RAISE EXCEPTION '{_SAYING}' USING ERRCODE = 'integrity_constraint_violation';
    END $$ LANGUAGE plpgsql""",
    *(
        f"CREATE OR REPLACE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION gridsup_audit_refuse()"
        for table in (ENTRIES, SEALS)
    ),
    *(
        f"CREATE OR REPLACE TRIGGER {table}_stays BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION gridsup_audit_refuse()"
        for table in (ENTRIES, SEALS)
    ),
)
TRIGGERS = tuple(f"{table}_{what}" for table in (ENTRIES, SEALS) for what in ("kept", "stays"))


def install(using: str) -> None:
    """Makes the triggers, where they are not there already."""
    connection = connections[using]
    for statement in SQLITE if connection.vendor == "sqlite" else POSTGRESQL:
        _execute(using, statement)


def remove(using: str) -> None:
    """Drops the triggers: for a migration taken back, or a database that is thrown away whole."""
    on_table = "" if connections[using].vendor == "sqlite" else " ON {table}"
    for trigger in TRIGGERS:
        table = trigger.rpartition("_")[0]
        _execute(using, f"DROP TRIGGER IF EXISTS {trigger}{on_table.format(table=table)}")


def missing(using: str) -> list[str]:
    """Triggers that should stand and do not, or are switched off."""
    with connections[using].cursor() as cursor:
        if connections[using].vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'")
        found = {name for (name,) in cursor.fetchall()}
    return [trigger for trigger in TRIGGERS if trigger not in found]


@contextmanager
def lowered(using: str) -> Iterator[None]:
    """Without the guard, for a database that is emptied whole."""
    remove(using)
    try:
        yield
    finally:
        install(using)


def stand(sender: Any, using: str, **kwargs: Any) -> None:
    """After every migration: SQLite loses the triggers of a table that a migration made anew."""
    if {ENTRIES, SEALS} <= set(connections[using].introspection.table_names()):
        install(using)


def _execute(using: str, statement: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(statement)
