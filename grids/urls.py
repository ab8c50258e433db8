from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, path

from grids import import_views, letter_views, people_views, views

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("login/", views.log_in, name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("account/", views.account, name="account"),
    path("letters/", letter_views.letters, name="letters"),
    path("letters/make/", letter_views.letters_make, name="letters_make"),
    path("letters/sign/", letter_views.letters_sign, name="letters_sign"),
    path("letters/all.zip", letter_views.letters_bundle, name="letters_bundle"),
    path("letters/<int:pk>/", letter_views.letter, name="letter"),
    path("letters/<int:pk>/unsign/", letter_views.letter_unsign, name="letter_unsign"),
    path("letters/<int:pk>/file/", letter_views.letter_file, name="letter_file"),
    path("duties/", views.duties, name="duties"),
    path("invitation/<str:key>/", people_views.invitation, name="invitation"),
    path("people/", people_views.people, name="people"),
    path("people/new/", people_views.person_new, name="person_new"),
    path("people/import/", import_views.people_import, name="people_import"),
    path("people/import/<slug:key>/", import_views.people_import_file, name="people_import_file"),
    path("people/import/<slug:key>/rejects/", import_views.people_import_rejects, name="people_import_rejects"),
    path("people/leave/", people_views.leave, name="leave"),
    path("people/work/", people_views.stray_work, name="stray_work"),
    path("people/area/<str:code>/", people_views.area_people, name="area_people"),
    path("people/<int:pk>/", people_views.person_show, name="person"),
    path("people/<int:pk>/work/", people_views.person_work, name="person_work"),
    path("people/<int:pk>/<slug:name>/", people_views.person_step, name="person_step"),
    path("posts/<int:pk>/<slug:name>/", people_views.post_step, name="post_step"),
]
