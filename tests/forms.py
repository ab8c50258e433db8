"""The form of a visit as a browser without script opens it and sends it back."""

from html.parser import HTMLParser
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


class Fields(HTMLParser):
    """What the form of the page would send as it stands: name → values; buttons and files apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.inside, self.area, self.select = False, "", ""
        self.action = ""
        self.feed(page)

    def add(self, name: str, value: str) -> None:
        self.values.setdefault(name, []).append(value)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id") == "visit-form"
            self.action = given["action"] if self.inside else self.action
        elif not self.inside:
            return
        elif tag == "input" and given.get("type") not in {"file", "submit"}:
            if given.get("type") not in {"radio", "checkbox"} or "checked" in given:
                self.add(given["name"], given.get("value", ""))
        elif tag == "textarea":
            self.area = given["name"]
            self.add(self.area, "")
        elif tag == "select":
            self.select = given["name"]
        elif tag == "option" and "selected" in given:
            self.add(self.select, given["value"])

    def handle_data(self, data):
        if self.area:
            self.values[self.area][-1] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.values[self.area][-1] = self.values[self.area][-1].removeprefix("\n")
            self.area = ""
        elif tag == "form":
            self.inside = False


class Opened:
    """A form that somebody opened."""

    def __init__(self, client, path: str) -> None:
        self.client = client
        self.read(client.get(path, follow=True))

    def read(self, page) -> None:
        self.page = page
        fields = Fields(page.text)
        self.values, self.action = fields.values, fields.action

    def fill(self, **values: object) -> "Opened":
        """Types or chooses; names with a minus are written with two underscores; None takes a field out."""
        for name, value in values.items():
            key = name.replace("__", "-")
            self.values.pop(key, None)
            if value is not None:
                self.values[key] = [str(one) for one in (value if isinstance(value, list) else [value])]
        return self

    def problem(self, item: str, disposition: str = "order", **more: object) -> "Opened":
        """Marks a check item and says what was done."""
        self.values[f"result-item-{item}"] = ["problem"]
        self.values[f"disposition-item-{item}"] = [disposition]
        for name, value in more.items():
            self.values[f"{name}-item-{item}"] = [str(value)]
        return self

    def send(self, do: str = "submit", photos=(), follow: bool = True):
        """Sends it; what comes back is the page that the person sees then."""
        return self.client.post(self.action, {**self.values, "do": do, "photos": list(photos)}, follow=follow)


def photo(name: str = "photo.jpg", colour: str = "teal") -> SimpleUploadedFile:
    """A small photo."""
    stream = BytesIO()
    Image.new("RGB", (32, 24), colour).save(stream, "JPEG")
    return SimpleUploadedFile(name, stream.getvalue())
