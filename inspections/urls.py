from django.urls import URLPattern, path

from inspections import credit_views, finding_views, form_views, plan_views, review_views, views, visit_views

urlpatterns: list[URLPattern] = [
    path("today/", views.today, name="today"),
    path("tasks/", views.task_list, name="tasks"),
    path("tasks/<int:pk>/", views.task_show, name="task"),
    path("tasks/<int:pk>/assign/", views.task_assign, name="task_assign"),
    path("tasks/<int:pk>/cancel/", views.task_cancel, name="task_cancel"),
    path("premises/<int:pk>/visit/", form_views.visit_new, name="visit_new"),
    path("visits/", visit_views.visit_list, name="visits"),
    path("visits/review/", review_views.visit_review, name="visit_review"),
    path("visits/photos/<int:pk>/", visit_views.visit_photo, name="visit_photo"),
    path("visits/<int:pk>/", visit_views.visit_show, name="visit"),
    path("visits/<int:pk>/drop/", form_views.visit_drop, name="visit_drop"),
    path("visits/<int:pk>/<slug:to>/", review_views.visit_move, name="visit_move"),
    path("findings/", finding_views.finding_list, name="findings"),
    path("findings/<int:pk>/", finding_views.finding_show, name="finding"),
    path("findings/<int:pk>/<slug:to>/", finding_views.finding_move, name="finding_move"),
    path("credit-reviews/", credit_views.credit_list, name="credit_reviews"),
    path("credit-reviews/<int:pk>/", credit_views.credit_show, name="credit_review"),
    path("credit-reviews/<int:pk>/<slug:to>/", credit_views.credit_move, name="credit_review_move"),
    path("plans/", plan_views.plan_list, name="plans"),
    path("plans/<int:pk>/", plan_views.plan_show, name="plan"),
    path("plans/<int:pk>/<slug:to>/", plan_views.plan_move, name="plan_move"),
]
