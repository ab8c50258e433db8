from django.urls import URLPattern, path

from assessment import board_views, report_views, rotation_views, score_views, staffing_views, views

urlpatterns: list[URLPattern] = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("dashboard/grids.json", views.dashboard_grids, name="dashboard_grids"),
    path("public/board/", board_views.board, name="public_board"),
    path("public/board/grids.json", board_views.board_grids, name="public_board_grids"),
    path("public/board/<slug:code>/", board_views.board_station, name="public_board_station"),
    path("staffing/", staffing_views.staffing, name="staffing"),
    path("staffing/rotation/", rotation_views.staffing_rotation, name="staffing_rotation"),
    path("staffing/rotation/<int:pk>/", rotation_views.staffing_swap, name="staffing_swap"),
    path("staffing/what-if/", rotation_views.staffing_what_if, name="staffing_what_if"),
    path("staffing/<slug:code>/", staffing_views.staffing_grid, name="staffing_grid"),
    path("reports/", report_views.report_list, name="reports"),
    path("reports/<int:pk>/sheet/", report_views.report_sheet, name="report_sheet"),
    path("reports/<int:pk>/text/", report_views.report_text, name="report_text"),
    path("scores/", score_views.scores, name="scores"),
    path("scores/compute/", score_views.scores_compute, name="scores_compute"),
    path("scores/publish/", score_views.scores_publish, name="scores_publish"),
    path("scores/scheme/", score_views.scores_scheme, name="scores_scheme"),
    path("scores/<int:pk>/", score_views.scorecard, name="scorecard"),
    path("scores/<int:pk>/<slug:indicator>/", score_views.score_rows, name="score_rows"),
]
