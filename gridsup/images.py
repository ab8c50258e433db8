"""Pictures from phones and desks: proven to be pictures, and written anew without what a phone hides in them.

A photo's hidden fields hold place, time and the phone's owner. Place data of officers and of those who complain is
sensitive (handbook §9): only the points of the picture are kept.
"""

from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import IO, Any

from django.core.files.base import File
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from gridsup.errors import BadInput

MEGABYTE = 1_000_000
# Of one file: what a phone's camera writes at its usual settings, twice over. More would only cost the officer time on
# a poor connection, since a picture is made smaller anyway.
LARGEST = 10 * MEGABYTE
# Of one form: more pictures than anybody looks at.
MOST_PICTURES = 9
# Points that are decoded at most, for a few hundred bytes can claim billions: at most 200 MB of memory for a moment.
# JPEG is decoded at a fraction of its size and may have as many as a camera takes, the others as many as a screen.
MOST_POINTS = {"JPEG": 50_000_000, "MPO": 50_000_000, "PNG": 12_000_000, "WEBP": 12_000_000}
# A shop sign read from across the street, and a receipt, are readable at this size.
LONGEST_SIDE = 2048
QUALITY = 85
# All pictures are kept in one format, whatever they came in.
CONTENT_TYPE, SUFFIX = "image/jpeg", ".jpg"
# What a form offers to choose from; phones turn their own formats into the first.
ACCEPT = "image/jpeg,image/png,image/webp"


@dataclass(frozen=True)
class Picture:
    """A proven picture: JPEG without hidden fields, upright, and the checksum of these bytes."""

    content: bytes
    sha256: str


def proven(upload: "File[Any]", *, field: str = "photos") -> Picture:
    """Decodes the picture and writes it anew; raises BadInput for `field` when it is none, is damaged or too large.

    The same picture gives the same bytes, so that its checksum tells a second sending from the first.
    """
    named = {"name": upload.name or ""}
    if upload.size > LARGEST:
        raise BadInput(
            _("“%(name)s” is larger than %(most)d MB. Choose a smaller picture, or leave it out.")
            % {**named, "most": LARGEST // MEGABYTE},
            field=field,
        )
    checked(upload, named, field)
    upload.seek(0)
    try:
        content = rewritten(upload)
    except Exception as error:  # the decoders raise whatever the bytes lead them to
        raise damaged(named, field) from error
    return Picture(content, sha256(content).hexdigest())


def checked(stream: IO[Any] | Any, named: dict[str, str], field: str) -> None:
    """Raises BadInput unless the head of the stream speaks of one still picture of a sensible size."""
    stream.seek(0)
    try:
        with Image.open(stream, formats=["JPEG", "PNG", "WEBP"]) as image:
            kind, points = str(image.format), image.width * image.height
            # a phone's portrait mode writes two pictures into one JPEG ("MPO"); the first is the photo
            moves = kind != "MPO" and getattr(image, "is_animated", False)
            fits = points <= MOST_POINTS[kind]
            if fits and not moves:
                image.verify()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        fits, moves = False, False
    except UnidentifiedImageError as error:
        raise BadInput(
            _("“%(name)s” is no picture that can be read here. Choose a JPEG, PNG or WebP file.") % named, field=field
        ) from error
    except Exception as error:  # the decoders raise whatever the bytes lead them to
        raise damaged(named, field) from error
    if not fits:
        raise BadInput(_("“%(name)s” has more points than any camera takes. Choose another.") % named, field=field)
    if moves:
        raise BadInput(_("“%(name)s” is a moving picture. Choose a still one.") % named, field=field)


def damaged(named: dict[str, str], field: str) -> BadInput:
    """The refusal of a picture of which a part is missing or wrong."""
    return BadInput(
        _("“%(name)s” is damaged or came only in part. Take or choose it again, or leave it out.") % named, field=field
    )


def rewritten(stream: IO[Any] | Any) -> bytes:
    """The picture as a JPEG of at most LONGEST_SIDE points a side, on white where it was transparent."""
    with Image.open(stream, formats=["JPEG", "PNG", "WEBP"]) as image:
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG: decodes at a half, a quarter or an eighth
        image.load()
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(image)
        if upright.mode.startswith("I"):  # a scan of 65,536 shades; converting alone would make all of them white
            upright = upright.point(lambda shade: shade * (1 / 256)).convert("L")
        seen = upright.convert("RGBA") if upright.has_transparency_data else upright.convert("RGB")
    # painted on an empty sheet: nothing but points comes along
    sheet = Image.new("RGB", seen.size, "white")
    sheet.paste(seen, mask=seen if seen.mode == "RGBA" else None)
    written = BytesIO()
    sheet.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()
