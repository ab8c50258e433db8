from django.urls import URLPattern, path

from complaints import complaint_views, intake_views, public_views, views

urlpatterns: list[URLPattern] = [
    path("public/", public_views.start, name="public"),
    path("public/complaints/new/", public_views.new, name="public_new"),
    path("public/complaints/sent/<uuid:form_number>/", public_views.receipt, name="public_receipt"),
    path("public/complaints/follow/", public_views.follow, name="public_follow"),
    path("public/complaints/rate/", public_views.rated, name="public_rate"),
    path("complaints/", views.complaint_list, name="complaints"),
    path("complaints/new/", intake_views.new, name="complaint_new"),
    path("complaints/premises/", intake_views.premises_found, name="complaint_premises"),
    path("complaints/pictures/<int:pk>/", complaint_views.complaint_picture, name="complaint_picture"),
    path("complaints/<int:pk>/", complaint_views.complaint_show, name="complaint"),
    path("complaints/<int:pk>/reveal/", complaint_views.complainant_reveal, name="complainant_reveal"),
    path("complaints/<int:pk>/complete/", complaint_views.complainant_complete, name="complainant_complete"),
    path("complaints/<int:pk>/case/", complaint_views.complaint_case, name="complaint_case"),
    path("complaints/<int:pk>/limits/<int:clock_pk>/<slug:what>/", complaint_views.clock_act, name="clock_act"),
    path("complaints/<int:pk>/to/<slug:to>/", complaint_views.complaint_move, name="complaint_move"),
]
