from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """Pages of API lists."""


def explain(error: Exception, context: dict[str, object]) -> None:
    """Not yet."""
