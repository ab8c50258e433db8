from django.urls import URLPattern, path

from subjects import views

urlpatterns: list[URLPattern] = [
    path("ledger/", views.ledger, name="ledger"),
    path("premises/<int:pk>/", views.premises_show, name="premises"),
]
