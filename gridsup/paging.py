"""Pages of lists: counted, cut by the database, forgiving about the page number."""

from typing import TypeVar

from django.core.paginator import Page, Paginator
from django.db import models
from django.http import HttpRequest

M = TypeVar("M", bound=models.Model)

# Rows of one page: what a phone loads at once over a poor connection.
PAGE_SIZE = 25


def page_of(rows: models.QuerySet[M], request: HttpRequest, size: int = PAGE_SIZE) -> Page[M]:
    """The page that `?page=` asks for; the first for a word, the last for a number beyond the end."""
    return Paginator(rows, size).get_page(request.GET.get("page"))
