"""The request of somebody who logged in."""

from django.http import HttpRequest

from grids.models import Officer


class SignedIn(HttpRequest):
    """What a view behind `login_required` is handed: its user is an officer."""

    user: Officer
