"""What somebody sees whose form came with a token that is not, or no longer, theirs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.module_loading import import_string
from django.views import csrf


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Nothing is changed; where the form can be kept, it is shown again as it was typed, else a page says what to do.

    It happens to whoever logs in anew and goes back to a form that was opened before.
    """
    from gridsup.composition import KEEPERS

    if any(import_string(path)(request) for path in KEEPERS):
        return redirect(request.get_full_path())
    return csrf.csrf_failure(request, reason)
