import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from gridsup.errors import BadInput
from gridsup.images import LARGEST, LONGEST_SIDE, proven

pytestmark = pytest.mark.usefixtures("english")
ORIENTATION, MAKER, GPS, LATITUDE = 0x0112, 0x010F, 0x8825, 2


def written(kind="JPEG", size=(64, 48), mode="RGB", **how):
    """A picture as a file of the kind; its left half red, its right half blue."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    stream = BytesIO()
    image.convert(mode).save(stream, kind, **how)
    return stream.getvalue()


def of(content, name="photo.jpg"):
    return SimpleUploadedFile(name, content)


def opened(content):
    return Image.open(BytesIO(proven(of(content)).content))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1"),
        ("PNG", "LA"), ("WEBP", "RGB"), ("WEBP", "RGBA"),
    ],
)  # fmt: skip
def test_a_picture_of_any_accepted_kind_becomes_a_jpeg(kind, mode):
    image = opened(written(kind, mode=mode))

    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (64, 48))


def test_a_grey_scan_of_sixteen_bits_keeps_its_shades():
    stream = BytesIO()
    Image.new("I;16", (16, 16), 40_000).save(stream, "PNG")

    assert opened(stream.getvalue()).getpixel((8, 8)) == (156, 156, 156)


def test_nothing_hidden_stays_in_a_photo():
    exif = Image.Exif()
    exif[MAKER] = "A-phone-of-somebody"
    exif.get_ifd(GPS)[LATITUDE] = (34.0, 16.0, 30.0)
    content = written(exif=exif, comment=b"A-remark", icc_profile=b"A-profile")
    assert b"A-phone-of-somebody" in content

    picture = proven(of(content))

    image = Image.open(BytesIO(picture.content))
    assert not image.getexif()
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(image.info)
    assert not any(word in picture.content for word in (b"A-phone", b"A-remark", b"A-profile"))


def test_a_photo_that_was_taken_on_its_side_is_turned_upright():
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # the camera was held upright

    assert opened(written(size=(64, 48), exif=exif)).size == (48, 64)


def test_what_is_transparent_becomes_white():
    stream = BytesIO()
    Image.new("RGBA", (16, 16), (255, 0, 0, 0)).save(stream, "PNG")

    assert min(opened(stream.getvalue()).getpixel((8, 8))) > 250


def test_a_large_photo_is_made_smaller_and_keeps_its_shape():
    assert opened(written(size=(LONGEST_SIDE * 3, LONGEST_SIDE))).size == (LONGEST_SIDE, LONGEST_SIDE // 3 + 1)


def test_the_same_picture_gives_the_same_checksum():
    assert proven(of(written())) == proven(of(written(), "another-name.jpg"))
    assert proven(of(written())).sha256 != proven(of(written(size=(50, 50)))).sha256


def test_a_portrait_photo_with_a_second_picture_behind_it_is_a_photo():
    stream = BytesIO()
    Image.new("RGB", (64, 48), "red").save(stream, "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))])

    assert opened(stream.getvalue()).size == (64, 48)


def moving(kind):
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    stream = BytesIO()
    frames[0].save(stream, kind, save_all=True, append_images=frames[1:])
    return stream.getvalue()


def claiming(width, height):
    """A PNG of a few bytes whose head claims so many points."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


SCRIPT = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no picture"),
        (b"%PDF-1.7 a report", "no picture"),
        (SCRIPT, "no picture"),
        (b"\xff\xd8\xff\xe0 begins like a photo", "damaged"),
        (written("GIF"), "no picture"),
        (written("BMP"), "no picture"),
        (moving("GIF"), "no picture"),
        (moving("PNG"), "moving"),
        (moving("WEBP"), "moving"),
        (written(size=(600, 600))[:-2000], "damaged"),
        (written("PNG")[:-30], "damaged"),
        (written("PNG").replace(b"IDAT", b"IDBT"), "no picture"),
        (written("WEBP")[:-40], "damaged"),
        (claiming(100, 100), "damaged"),
        (claiming(5_000, 5_000), "more points"),
        (claiming(12_000, 12_000), "more points"),
        (claiming(2_000_000, 2_000_000), "more points"),
        (b"x" * (LARGEST + 1), "larger than 10 MB"),
    ],
)
def test_what_is_no_usable_picture_is_refused_with_a_sentence(content, sentence):
    with pytest.raises(BadInput, match=sentence) as caught:
        proven(of(content, "shop.jpg"), field="pictures")

    assert caught.value.field == "pictures"
    assert "shop.jpg" in str(caught.value)


def test_bytes_behind_the_picture_are_not_kept():
    assert b"PK-archive" not in proven(of(written() + b"PK-archive")).content


def test_a_file_that_is_too_large_is_not_even_read():
    class Unread(ContentFile):
        def read(self, *args):
            raise AssertionError("it was read")

    with pytest.raises(BadInput, match="10 MB"):
        proven(Unread(b"x" * (LARGEST + 1), name="large.jpg"))
