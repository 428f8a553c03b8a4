from django.urls import include, path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("setup/<token>/", views.setup, name="setup"),
    path("accounts/first-factor/<token>/", views.first_factor, name="first-factor"),
    path("accounts/sessions/<int:session_id>/end/", views.end_session, name="end-session"),
    path("", include("accounts.profile.urls")),
    path("accounts/invited/<token>/", views.invited, name="invited"),
    path("accounts/claim/", views.claim, name="claim"),
    path("accounts/start-again/", views.start_again, name="start-again"),
]
