"""What an address of the API answers with, when that is no JSON."""

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request


class WhateverAccepted(DefaultContentNegotiation):
    """Lets a client ask for just the kind of file that it is; the file is not rendered, and a refusal is JSON."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
