from django.urls import URLPattern, path

from assessment import views

urlpatterns: list[URLPattern] = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("dashboard/grids.json", views.dashboard_grids, name="dashboard_grids"),
]
