"""Readers of environment variables that refuse a bad value with a sentence a person can act on."""

import os
from collections.abc import Collection
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# What Django's own check of a deployment asks for.
SECRET_LENGTH = 50


def text(name: str, default: str = "") -> str:
    """The variable, stripped; `default` when it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool) -> bool:
    """A yes/no variable; raises ImproperlyConfigured for anything that is neither."""
    value = text(name, "yes" if default else "no").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither yes nor no. Set it to 1 or 0.")


def number(name: str, default: int, *, least: int = 0, most: int) -> int:
    """A whole number from `least` to `most`; raises ImproperlyConfigured otherwise."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or len(value) > len(str(most)) or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name}={value[:40]!r} is not a whole number from {least} to {most}.")
    return int(value)


def choice(name: str, default: str, choices: Collection[str]) -> str:
    """One of the choices, which are in capitals; raises ImproperlyConfigured for anything else."""
    value = text(name, default).upper()
    if value not in choices:
        raise ImproperlyConfigured(f"{name}={value!r} is none of {', '.join(choices)}.")
    return value


def listed(name: str, default: str = "") -> list[str]:
    """A comma-separated list without empty items."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def hosts(name: str, default: str) -> list[str]:
    """Host names without scheme, port or path; raises ImproperlyConfigured for a URL."""
    names = listed(name, default)
    for host in names:
        if "/" in host or (":" in host and not host.startswith("[")):
            raise ImproperlyConfigured(f"{name}: {host!r} is no host name: leave out https:// and the port.")
    return names


def secret(name: str, default: str) -> str:
    """A secret of at least SECRET_LENGTH characters; raises ImproperlyConfigured for a shorter one or none."""
    value = text(name, default)
    if len(value) < SECRET_LENGTH:
        raise ImproperlyConfigured(
            f"{name} is {'too short' if value else 'not set'}. Set it to at least {SECRET_LENGTH} random characters, "
            "or GRIDSUP_DEMO=1 for a demonstration."
        )
    return value


def folder(name: str, default: Path) -> Path:
    """A folder that can be written to, made if need be; raises ImproperlyConfigured otherwise."""
    path = Path(text(name, str(default)))
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"{name}: {path} is no folder that can be made ({error.strerror}).") from error
    return path


def broker(name: str, default: str) -> str:
    """The address of the message broker: memory or Redis; raises ImproperlyConfigured for any other."""
    url = text(name, default)
    parts = split(name, url)
    if parts.scheme not in {"memory", "redis", "rediss"} or not url.startswith(f"{parts.scheme}://"):
        raise ImproperlyConfigured(
            f"{name} must look like redis://127.0.0.1:6379/0, or stay unset: jobs then run in the web process."
        )
    return url


def split(name: str, url: str) -> SplitResult:
    """The parts of a URL; raises ImproperlyConfigured where it cannot be taken apart or the port is no number."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} cannot be read ({error}). Percent-encode reserved characters in the password: [ is %5B, @ is %40."
        ) from error
    return parts


def database(name: str, embedded: Path) -> dict[str, object]:
    """Django's settings for `postgres://user:password@host:port/name` or `sqlite:///path`; unset means `embedded`.

    Raises ImproperlyConfigured for any other scheme or a missing database name.
    """
    url = text(name)
    if not url:
        return sqlite(embedded)
    parts = split(name, url)
    if parts.scheme == "sqlite" and parts.path.strip("/"):
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme in {"postgres", "postgresql"} and parts.path.strip("/"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or 5432),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise ImproperlyConfigured(
        f"{name} must look like postgres://user:password@host:5432/name or sqlite:////path/to/file."
    )


def sqlite(path: Path) -> dict[str, object]:
    """SQLite as several threads need it: immediate transactions, WAL; without both, concurrent writers fail."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
