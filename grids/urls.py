from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, path

from grids import views

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("login/", views.log_in, name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("account/", views.account, name="account"),
    path("duties/", views.duties, name="duties"),
]
