"""What a room is: its name, topic, and how it works."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat.asking import attempt
from chat.authority import Act
from chat.models import Room
from chat.models.room import NAME_LENGTH, TOPIC_LENGTH
from chat.room_settings.access import for_those_who_may, show
from chat.services import rooms
from chat.services.actor import Actor


class GeneralForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=NAME_LENGTH)
    topic = forms.CharField(label=gettext_lazy("Topic"), max_length=TOPIC_LENGTH, required=False)


@for_those_who_may(Act.CHANGE_SETTINGS)
def general(request: HttpRequest, room: Room) -> HttpResponse:
    form = GeneralForm(request.POST or None, initial={"name": room.name, "topic": room.topic})
    if request.method == "POST" and form.is_valid():

        def change(by: Actor) -> Room:
            return rooms.change_settings(room.pk, by=by, **form.cleaned_data)

        done, _room = attempt(request, change)
        if done:
            messages.success(request, _("The room is changed."))
            return redirect("chat:room-settings:general", room.pk)
    return show(request, room, "general", {"form": form}, status=422 if form.is_bound else 200)
