"""Pages of API lists."""

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request


class Pages(PageNumberPagination):
    """Numbered pages; `page_size` asks for more or fewer rows."""

    # one screen of a table; the largest page still leaves in one small answer
    page_size = 50
    max_page_size = 500
    page_size_query_param = "page_size"

    def get_page_size(self, request: Request) -> int | None:
        asked = request.query_params.get("page_size", "")
        if asked and not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= self.max_page_size):
            message = _("Ask for 1 to %(most)s rows a page.") % {"most": self.max_page_size}
            raise ValidationError({"page_size": [message]})
        return super().get_page_size(request)
