from django.urls import path

from chat.site_admin import overview

app_name = "site-admin"

urlpatterns = [path("", overview.overview, name="overview")]
