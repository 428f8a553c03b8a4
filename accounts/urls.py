from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [path("setup/<token>/", views.setup, name="setup")]
