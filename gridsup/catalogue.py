"""The catalogue of translations: found in the sources, kept in one .po file, compiled without any system package.

English is the text of the message ids themselves, so there is one catalogue: Simplified Chinese.
"""

import os
import re
from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

LOCALE = "zh_Hans"
APPS = ("gridsup", "grids", "subjects", "inspections", "complaints", "assessment")
# Packages whose words people see and that ship no Simplified Chinese: their messages are translated here too.
BORROWED = ("unfold", "django_filters")
# unfold's faces of packages that are not installed here
UNUSED = {"constance", "guardian", "import_export", "location_field", "simple_history"}
# Whoever stands here speaks Chinese already; of borrowed messages only what these do not know is asked for.
CHINESE_ALREADY = ("django/conf", "django/contrib/admin", "django/contrib/auth", "rest_framework")
LEFT_OUT = {"migrations", *UNUSED}
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdif]|\{\w*\}")
# Lines of the header that would change with every run and say nothing.
RESTLESS = re.compile(
    rb'^"(?:POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team|Report-Msgid-Bugs-To'
    rb"|Project-Id-Version).*\n",
    re.MULTILINE,
)


def po_file() -> Path:
    """Where translators work."""
    return Path(settings.BASE_DIR) / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


def sources(root: Path) -> Iterator[Path]:
    """Every file of a folder that may hold messages, in a stable order."""
    for path in sorted(root.rglob("*")):
        if path.suffix in {".py", ".html", ".txt"} and not LEFT_OUT & set(path.relative_to(root).parts):
            yield path


def messages_in(text: str, name: str) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Each message id of a Python source or template with its context; plural messages are pairs."""
    if not name.endswith(".py"):
        # Only the calls count: what Django leaves of the page around them must not look like indentation.
        text = "\n".join(line.lstrip() for line in templatize(text, origin=name).splitlines())
    for _line, found, _comments, context in extract("python", BytesIO(text.encode()), keywords=KEYWORDS):
        yield found, context


def in_sources() -> Catalog:
    """All messages of the project's own sources and templates, and what is borrowed."""
    catalogue = Catalog(locale=LOCALE)
    base = Path(settings.BASE_DIR)
    for folder in (*APPS, "templates"):
        for path in sources(base / folder):
            for found, context in messages_in(path.read_text(encoding="utf-8"), path.name):
                catalogue.add(found, context=context)
    known = chinese_already()
    for package in BORROWED:
        for path in sources(home_of(package)):
            for found, context in messages_in(path.read_text(encoding="utf-8"), path.name):
                if catalogue.get(found, context) is None and (singular(found), context) not in known:
                    catalogue.add(found, context=context, auto_comments=[package])
    return catalogue


def home_of(package: str) -> Path:
    """The folder of an installed package, found without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise LookupError(f"{package} is not installed.")
    return Path(spec.origin).parent


def chinese_already() -> set[tuple[str, str | None]]:
    """Ids and contexts that installed packages translate themselves."""
    known: set[tuple[str, str | None]] = set()
    for place in CHINESE_ALREADY:
        package, _slash, below = place.partition("/")
        file = home_of(package) / below / "locale" / LOCALE / "LC_MESSAGES" / "django.mo"
        with file.open("rb") as stream:
            known |= {(singular(message.id), message.context) for message in read_mo(stream) if message.string}
    return known


def singular(found: str | tuple[str, ...] | list[str]) -> str:
    """The id by which gettext looks a message up."""
    return found if isinstance(found, str) else found[0]


def stored() -> Catalog:
    """What is translated so far."""
    if not po_file().exists():
        return Catalog(locale=LOCALE)
    with po_file().open("rb") as stream:
        return read_po(stream, locale=LOCALE)


def write(catalogue: Catalog) -> bool:
    """Stores the catalogue in an order and form that depend on the messages alone; False when nothing changed."""
    out = BytesIO()
    write_po(out, catalogue, width=110, no_location=True, sort_output=True, ignore_obsolete=True)
    text = RESTLESS.sub(b"", out.getvalue())
    if po_file().exists() and po_file().read_bytes() == text:
        return False
    po_file().parent.mkdir(parents=True, exist_ok=True)
    po_file().write_bytes(text)
    return True


def extract_messages() -> bool:
    """Brings the .po file in line with the sources, translations kept; False when nothing changed."""
    catalogue = stored()
    catalogue.update(in_sources(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.fuzzy = False
    catalogue.header_comment = "# Simplified Chinese of gridsup; `make translations` keeps the list of messages."
    return write(catalogue)


def faults() -> list[str]:
    """What keeps the Chinese from being complete and true to the placeholders: one sentence a message."""
    known = stored()
    found = (message for message in in_sources() if message.id)
    return [fault for message in found if (fault := fault_of(message, known.get(message.id, message.context)))]


def fault_of(wanted: Message, translated: Message | None) -> str:
    """Why one message is not fit to be shown, or nothing."""
    name = f"“{singular(wanted.id)}”"
    if translated is None:
        return f"{name} is not in the catalogue: run make translations"
    strings = [translated.string] if isinstance(translated.string, str) else list(translated.string or ())
    if not strings or not all(strings):
        return f"{name} has no Chinese"
    if translated.fuzzy:
        return f"{name} is marked fuzzy"
    # A plural id counts in its last form; the singular may leave the number out.
    expected = placeholders(wanted.id if isinstance(wanted.id, str) else wanted.id[-1])
    for string in strings:
        if placeholders(string) != expected:
            return f"{name} has other placeholders than “{string}”"
    return ""


def placeholders(text: str) -> set[str]:
    """The parts of a message that are filled in when it is shown."""
    return set(PLACEHOLDER.findall(text.replace("%%", "")))


def compile_catalogue() -> int:
    """Writes the .mo file that Django reads, beside the .po and whole or not at all; returns how many messages."""
    catalogue = stored()
    file = po_file().with_suffix(".mo")
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with draft.open("wb") as stream:
        write_mo(stream, catalogue)
    draft.replace(file)
    return sum(1 for message in catalogue if message.id and not fault_of(message, message))
