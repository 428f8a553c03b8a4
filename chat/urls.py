from django.urls import include, path

from chat import blocked, lookups, views, ways_in

app_name = "chat"

urlpatterns = [
    path("", views.index, name="index"),
    path("people/", lookups.people, name="people"),
    path("people/blocked/", blocked.blocked, name="blocked"),
    path("people/<int:person_id>/", lookups.person, name="person"),
    path("people/<int:person_id>/unblock/", blocked.unblock, name="unblock"),
    path("join/<str:token>/", ways_in.invited, name="invited"),
    path("rooms/", lookups.public_rooms, name="public-rooms"),
    path("rooms/go/", views.go, name="go"),
    path("rooms/new/", ways_in.new_room, name="new-room"),
    path("rooms/<int:room_id>/", views.room, name="room"),
    path("rooms/<int:room_id>/threads/<int:message_id>/", views.room, name="room-thread"),
    path("rooms/<int:room_id>/history/", lookups.history_page, name="history"),
    path("rooms/<int:room_id>/messages/<int:message_id>/thread/", lookups.thread, name="thread"),
    path("rooms/<int:room_id>/messages/<int:message_id>/edits/", lookups.edits, name="edits"),
    path("rooms/<int:room_id>/pins/", lookups.pins, name="pins"),
    path("rooms/<int:room_id>/threads/", lookups.threads, name="threads"),
    path("rooms/<int:room_id>/members/", lookups.members, name="members"),
    path("rooms/<int:room_id>/join/", ways_in.join, name="join"),
    path("rooms/<int:room_id>/leave/", views.leave, name="leave"),
    path("rooms/<int:room_id>/settings/", include("chat.room_settings.urls")),
    path("site/", include("chat.site_admin.urls")),
]
