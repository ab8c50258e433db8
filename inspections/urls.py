from django.urls import URLPattern, path

from inspections import views

urlpatterns: list[URLPattern] = [
    path("today/", views.today, name="today"),
    path("tasks/", views.task_list, name="tasks"),
    path("tasks/<int:pk>/", views.task_show, name="task"),
    path("tasks/<int:pk>/assign/", views.task_assign, name="task_assign"),
    path("tasks/<int:pk>/cancel/", views.task_cancel, name="task_cancel"),
]
