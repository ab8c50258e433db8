"""Pictures that were kept, handed out to whoever may see the row that they belong to."""

from django.db.models.fields.files import FieldFile
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from gridsup.images import CONTENT_TYPE, SUFFIX


def handed_out(file: FieldFile, name: str) -> HttpResponse:
    """The picture as a file called so, for one browser and no cache; raises FileNotFoundError where it is gone."""
    try:
        content = file.read()  # small: it was written anew when it came
    finally:
        file.close()
    reply = HttpResponse(content, content_type=CONTENT_TYPE)
    reply["Content-Disposition"] = content_disposition_header(True, name + SUFFIX)
    reply["Cache-Control"] = "private, no-store"
    reply["X-Content-Type-Options"] = "nosniff"
    return reply
