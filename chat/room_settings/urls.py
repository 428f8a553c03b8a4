from django.urls import path

from chat.room_settings import general

app_name = "room-settings"

urlpatterns = [path("", general.general, name="general")]
