"""Word documents from templates that clerks edit."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from django.conf import settings
from django.utils.translation import gettext as _
from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from lxml.etree import LxmlError

from gridsup.errors import DomainError

# What XML cannot hold, and the marks by which the template engine makes paragraphs and pages; a name holds neither.
NO_TEXT = re.compile(r"[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")


class BadTemplate(DomainError):
    """The bureau's own template cannot be filled; the sentence says where it stands and what is wrong."""

    code = "bad_template"


def template_file(shipped: Path) -> Path:
    """The installation's own template of that name, if it has one, else the one that is shipped."""
    own = Path(settings.VAR_DIR) / "templates" / shipped.name
    return own if own.exists() else shipped


def fill(
    place: Path,
    context: Mapping[str, Any],
    *,
    title: str,
    author: str,
    made: datetime,
    finish: Callable[[Any], None] | None = None,
) -> bytes:
    """The template at the place with its tags filled in; equal content is an equal file. Raises BadTemplate.

    `made`: without a zone, as Word keeps it; `finish` does what tags cannot, to the document.
    """
    environment = SandboxedEnvironment(undefined=StrictUndefined)
    template = DocxTemplate(str(place))
    try:
        template.render(clean(dict(context)), environment, autoescape=True)
        if finish is not None:
            finish(template.docx)
    except (TemplateError, PackageNotFoundError, BadZipFile, LxmlError, KeyError, ValueError) as error:
        words = {"file": place, "error": NO_TEXT.sub(" ", str(error))[:300]}
        raise BadTemplate(_("The template %(file)s cannot be filled: %(error)s") % words) from error
    properties = template.docx.core_properties
    properties.title, properties.author = text(title), text(author)
    properties.created = properties.modified = made
    written = BytesIO()
    template.save(written)
    return settled(written.getvalue())


def settled(file: bytes) -> bytes:
    """The same package with its parts in order and without the time of day, so that equal content is an equal file."""
    target = BytesIO()
    with ZipFile(BytesIO(file)) as source, ZipFile(target, "w", ZIP_DEFLATED) as package:
        # readers look for the content types first
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            entry = ZipInfo(name)
            entry.compress_type = ZIP_DEFLATED
            package.writestr(entry, source.read(name))
    return target.getvalue()


def text(words: str) -> str:
    """Text that a document can hold, on one line."""
    return NO_TEXT.sub(" ", words)


def clean(value: Any) -> Any:
    """The same with every text made safe for a document."""
    if isinstance(value, dict):
        return {key: clean(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [clean(inner) for inner in value]
    return text(value) if isinstance(value, str) else value
