from django.urls import URLPattern, path

from subjects import (
    area_form_views,
    area_views,
    book_views,
    export_views,
    place_views,
    policy_views,
    sheet_views,
    views,
)
from subjects.geometry import views as geometry

urlpatterns: list[URLPattern] = [
    path("ledger/", views.ledger, name="ledger"),
    path("ledgers/", sheet_views.ledgers, name="ledgers"),
    path("ledgers/files/", export_views.book_files, name="book_files"),
    path("ledgers/files/<int:pk>/", export_views.book_file, name="book_file"),
    path("ledgers/<slug:name>/", book_views.book_show, name="book"),
    path("ledgers/<slug:name>/xlsx/", export_views.book_export, name="book_export"),
    path("premises/<int:pk>/", views.premises_show, name="premises"),
    path("premises/<int:pk>/place/", place_views.premises_place, name="premises_place"),
    path("premises/<int:pk>/point/", place_views.premises_point, name="premises_point"),
    path("areas/health/", geometry.health, name="geometry"),
    path("areas/health/faults.json", geometry.health_map, name="geometry_map"),
    path("areas/health/check/", geometry.check_now, name="geometry_check"),
    path("areas/", area_views.area_list, name="areas"),
    path("areas/new/", area_form_views.change_new, name="area_change_new"),
    path("areas/changes/<int:pk>/", area_views.change_show, name="area_change"),
    path("areas/changes/<int:pk>/edit/", area_form_views.change_edit, name="area_change_edit"),
    path("areas/changes/<int:pk>/rows/", area_views.change_rows, name="area_change_rows"),
    path("areas/changes/<int:pk>/<slug:to>/", area_views.change_move, name="area_change_move"),
    path("areas/grids/<slug:code>/", area_views.grid_show, name="grid"),
    path("policy/", policy_views.policy_show, name="policy"),
    path("policy/<slug:bureau>/", policy_views.policy_show, name="policy_of"),
    path("policy/<slug:bureau>/preset/", policy_views.policy_preset, name="policy_preset"),
    path("policy/rows/<slug:kind>/<int:pk>/", policy_views.policy_change, name="policy_change"),
]
