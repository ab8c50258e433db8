from django.urls import URLPattern, path, re_path

from gridsup.audit import views

urlpatterns: list[URLPattern] = [
    path("", views.trail, name="audit"),
    re_path(r"^file\.(?P<ending>csv|xlsx)$", views.file, name="audit_file"),
    path("<int:pk>/", views.entry, name="audit_entry"),
]
