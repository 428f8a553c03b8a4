from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("setup/<token>/", views.setup, name="setup"),
    path("accounts/sessions/<int:session_id>/end/", views.end_session, name="end-session"),
]
