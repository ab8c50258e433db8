"""Every route of the site; each app lists its own."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from gridsup.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("grids.urls")),
    path("", include("subjects.urls")),
    path("", include("inspections.urls")),
    path("", include("complaints.urls")),
    path("", include("assessment.urls")),
    path("audit/", include("gridsup.audit.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("api/", include("gridsup.api.urls")),
    path("healthz", healthz, name="healthz"),
]

handler400 = "gridsup.api.errors.refused_before"
handler500 = "gridsup.api.errors.failed_before"
