from django.urls import URLPattern, path

from inspections import plan_views, views

urlpatterns: list[URLPattern] = [
    path("today/", views.today, name="today"),
    path("tasks/", views.task_list, name="tasks"),
    path("tasks/<int:pk>/", views.task_show, name="task"),
    path("tasks/<int:pk>/assign/", views.task_assign, name="task_assign"),
    path("tasks/<int:pk>/cancel/", views.task_cancel, name="task_cancel"),
    path("plans/", plan_views.plan_list, name="plans"),
    path("plans/<int:pk>/", plan_views.plan_show, name="plan"),
    path("plans/<int:pk>/<slug:to>/", plan_views.plan_move, name="plan_move"),
]
