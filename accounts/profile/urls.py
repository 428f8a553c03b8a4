from django.urls import path, re_path

from accounts.profile import pictures, views

urlpatterns = [
    path("accounts/profile/", views.profile, name="profile"),
    path("accounts/profile/picture/", views.picture, name="picture"),
    path("accounts/profile/picture/remove/", views.remove_picture, name="remove-picture"),
    path("accounts/export/", views.export, name="export"),
    path("accounts/delete/", views.delete, name="delete"),
    re_path(rf"^pictures/(?P<name>{pictures.NAME})$", views.picture_file, name="picture-file"),
]
