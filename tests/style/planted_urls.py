"""The site with views that ask for no login or no scope: the route tests must find them."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from gridsup.urls import urlpatterns as ours
from subjects.models import Premises


def loose_list(request: HttpRequest) -> HttpResponse:
    return HttpResponse(", ".join(premises.address for premises in Premises.objects.all()))


def loose_page(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(get_object_or_404(Premises, pk=pk).address)


urlpatterns = [
    path("planted/open/", loose_list, name="planted_open"),
    path("planted/", login_required(loose_list), name="planted_list"),
    path("planted/<int:pk>/", login_required(loose_page), name="planted_page"),
    *ours,
]
