from django.urls import path

from presence.tests.other_project import views

urlpatterns = [path("", views.index)]
