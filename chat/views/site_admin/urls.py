from django.urls import path

from chat.views.site_admin import announcements, audit_log, connections, invitations, overview, people, reports, rooms

app_name = "site-admin"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("rooms/", rooms.rooms, name="rooms"),
    path("people/", people.people, name="people"),
    path("people/<int:user_id>/", people.person, name="person"),
    path("people/<int:user_id>/ban/", people.ban, name="ban"),
    path("people/<int:user_id>/unban/", people.unban, name="unban"),
    path("people/<int:user_id>/second-factor/reset/", people.reset_second_factor, name="reset-second-factor"),
    path("people/<int:user_id>/sessions/end/", people.end_sessions, name="end-sessions"),
    path("people/<int:user_id>/sessions/<int:session_id>/end/", people.end_session, name="end-session"),
    path("people/<int:user_id>/connections/<slug:connection_id>/end/", connections.disconnect, name="disconnect"),
    path("connections/", connections.connections, name="connections"),
    path("invitations/", invitations.invitations, name="invitations"),
    path("invitations/<int:invitation_id>/revoke/", invitations.revoke, name="revoke-invitation"),
    path("reports/", reports.reports, name="reports"),
    path("audit/", audit_log.audit, name="audit"),
    path("audit/export/", audit_log.export, name="audit-export"),
    path("announcements/", announcements.announcements, name="announcements"),
    path("announcements/<int:announcement_id>/end/", announcements.end, name="end-announcement"),
]
