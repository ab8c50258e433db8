"""The public notice board: find a grid, read a station's board or print it, and the grids for every map of the site."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_safe

from assessment.board import MOST_FOUND, found_by, station_board, station_lines
from grids.shapes import packed_grids
from gridsup.codes import typed_code
from gridsup.errors import BadInput
from gridsup.questions import Question, SearchField

# More grids than this do not fit one sheet of paper at a size that is read standing.
LARGE_PRINT = 12


class BoardQuestion(Question):
    """Where somebody lives or trades."""

    q = SearchField(help_text=_("Street, community or village, or the code of a grid"))


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    question = BoardQuestion(request.GET)
    text = question.asked.get("q", "")
    shown = {
        "question": question,
        "found": found_by(text, timezone.localdate()) if text else None,
        "most": MOST_FOUND,
        "stations": station_lines(),
    }
    return render(request, "assessment/board_stations.html", shown)


@require_safe
def board_station(request: HttpRequest, code: str) -> HttpResponse:
    on = timezone.localdate()
    station = station_board(code, on)
    if station is None:
        raise Http404
    return render(
        request,
        "assessment/board_show.html",
        {"station": station, "is_long": len(station.grids) > LARGE_PRINT},
    )


@require_GET
def board_grids(request: HttpRequest) -> HttpResponseBase:
    """The grids in force of a bureau or station, as every map of the site draws them; the same for everybody."""
    try:
        digest, packed = packed_grids(typed_code(request.GET.get("area", "")))
    except BadInput as error:
        refused = {"code": error.code, "field": error.field, "message": str(error)}
        return JsonResponse({"errors": [refused]}, status=400)
    etag = f'"{digest}"'
    same = request.headers.get("If-None-Match") == etag
    response = HttpResponse(b"" if same else packed, status=304 if same else 200, content_type="application/geo+json")
    response["ETag"] = etag
    if not same:
        response["Content-Encoding"] = "gzip"
    # kept by browsers and proxies, and asked for each time whether it is still the same: who draws sees it at once
    patch_cache_control(response, public=True, no_cache=True)
    return response
