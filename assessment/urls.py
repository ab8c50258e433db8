from django.urls import URLPattern, path

from assessment import report_views, views

urlpatterns: list[URLPattern] = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("dashboard/grids.json", views.dashboard_grids, name="dashboard_grids"),
    path("reports/", report_views.report_list, name="reports"),
    path("reports/<int:pk>/sheet/", report_views.report_sheet, name="report_sheet"),
    path("reports/<int:pk>/text/", report_views.report_text, name="report_text"),
]
