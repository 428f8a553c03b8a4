from django.urls import path

from chat.views.room_settings import audit_log, deletion, general, invites, members, moderation, reports

app_name = "room-settings"

urlpatterns = [
    path("", general.general, name="general"),
    path("archive/", general.archive, name="archive"),
    path("restore/", general.restore, name="restore"),
    path("members/", members.members, name="members"),
    path("members/<int:user_id>/", members.act, name="member"),
    path("invites/", invites.invites, name="invites"),
    path("invites/<int:invite_id>/revoke/", invites.revoke, name="revoke"),
    path("moderation/", moderation.moderation, name="moderation"),
    path("reports/", reports.reports, name="reports"),
    path("reports/count/", reports.count, name="report-count"),
    path("log/", audit_log.log, name="log"),
    path("removal/", deletion.removal, name="removal"),
    path("removal/retention/", deletion.retain, name="retain"),
    path("removal/delete/", deletion.delete, name="delete"),
]
