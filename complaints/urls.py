from django.urls import URLPattern, path

from complaints import public_views

urlpatterns: list[URLPattern] = [
    path("public/", public_views.start, name="public"),
    path("public/complaints/new/", public_views.new, name="public_new"),
    path("public/complaints/sent/<uuid:form_number>/", public_views.receipt, name="public_receipt"),
    path("public/complaints/follow/", public_views.follow, name="public_follow"),
    path("public/complaints/rate/", public_views.rated, name="public_rate"),
]
