from django.urls import URLPattern, path

from subjects import book_views, export_views, policy_views, sheet_views, views
from subjects.geometry import views as geometry

urlpatterns: list[URLPattern] = [
    path("ledger/", views.ledger, name="ledger"),
    path("ledgers/", sheet_views.ledgers, name="ledgers"),
    path("ledgers/files/", export_views.book_files, name="book_files"),
    path("ledgers/files/<int:pk>/", export_views.book_file, name="book_file"),
    path("ledgers/<slug:name>/", book_views.book_show, name="book"),
    path("ledgers/<slug:name>/xlsx/", export_views.book_export, name="book_export"),
    path("premises/<int:pk>/", views.premises_show, name="premises"),
    path("areas/health/", geometry.health, name="geometry"),
    path("areas/health/faults.json", geometry.health_map, name="geometry_map"),
    path("areas/health/check/", geometry.check_now, name="geometry_check"),
    path("policy/", policy_views.policy_show, name="policy"),
    path("policy/<slug:bureau>/", policy_views.policy_show, name="policy_of"),
    path("policy/<slug:bureau>/preset/", policy_views.policy_preset, name="policy_preset"),
    path("policy/rows/<slug:kind>/<int:pk>/", policy_views.policy_change, name="policy_change"),
]
