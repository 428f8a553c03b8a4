from django.urls import include, path

from chat.views import api, blocks, joining, rooms

app_name = "chat"

urlpatterns = [
    path("", rooms.index, name="index"),
    path("people/", api.people, name="people"),
    path("people/blocked/", blocks.blocked, name="blocked"),
    path("people/<int:person_id>/", api.person, name="person"),
    path("people/<int:person_id>/unblock/", blocks.unblock, name="unblock"),
    path("join/<str:token>/", joining.invited, name="invited"),
    path("rooms/", api.public_rooms, name="public-rooms"),
    path("rooms/go/", rooms.go, name="go"),
    path("rooms/new/", joining.new_room, name="new-room"),
    path("rooms/<int:room_id>/", rooms.room, name="room"),
    path("rooms/<int:room_id>/threads/<int:message_id>/", rooms.room, name="room-thread"),
    path("rooms/<int:room_id>/history/", api.history_page, name="history"),
    path("rooms/<int:room_id>/messages/<int:message_id>/thread/", api.thread, name="thread"),
    path("rooms/<int:room_id>/messages/<int:message_id>/edits/", api.edits, name="edits"),
    path("rooms/<int:room_id>/pins/", api.pins, name="pins"),
    path("rooms/<int:room_id>/threads/", api.threads, name="threads"),
    path("rooms/<int:room_id>/members/", api.members, name="members"),
    path("rooms/<int:room_id>/join/", joining.join, name="join"),
    path("rooms/<int:room_id>/leave/", rooms.leave, name="leave"),
    path("rooms/<int:room_id>/settings/", include("chat.views.room_settings.urls")),
    path("site/", include("chat.views.site_admin.urls")),
]
