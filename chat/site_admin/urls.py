from django.urls import path

from chat.site_admin import announcements, audit, overview, reports

app_name = "site-admin"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("reports/", reports.reports, name="reports"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export/", audit.export, name="audit-export"),
    path("announcements/", announcements.announcements, name="announcements"),
    path("announcements/<int:announcement_id>/end/", announcements.end, name="end-announcement"),
]
