"""Pictures for tests."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def upload(name="shop.jpg", colour="red", size=(40, 30), kind="JPEG"):
    """A small real picture as a browser sends it."""
    written = BytesIO()
    Image.new("RGB", size, colour).save(written, kind)
    return SimpleUploadedFile(name, written.getvalue(), content_type=f"image/{kind.lower()}")
