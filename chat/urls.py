from django.urls import path

from chat import views

app_name = "chat"

urlpatterns = [
    path("", views.index, name="index"),
    path("rooms/go/", views.go, name="go"),
    path("rooms/<int:room_id>/", views.room, name="room"),
    path("rooms/<int:room_id>/history/", views.history_page, name="history"),
    path("rooms/<int:room_id>/join/", views.join, name="join"),
    path("rooms/<int:room_id>/leave/", views.leave, name="leave"),
]
