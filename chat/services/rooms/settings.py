"""Settings of a room, and who may change them."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from chat import broadcasts
from chat.errors import Forbidden, Invalid
from chat.models import AuditEntry, Room
from chat.permissions.actor import Actor
from chat.permissions.acts import Act
from chat.services.messages.system_messages import tell
from chat.services.rooms.names import leave_name_behind, save_named
from chat.services.shared import audit
from chat.services.shared.locking import authorise, locked_room
from chat.services.shared.validation import clean_description, clean_emoji, clean_kind, clean_name, clean_topic


class Setting(NamedTuple):
    """A setting: the field that stores it, the permission to change it, and its validation."""

    field: str
    act: Act
    clean: Callable[[Any], Any]


SETTINGS = {
    "name": Setting("name", Act.CHANGE_SETTINGS, clean_name),
    "topic": Setting("topic", Act.CHANGE_SETTINGS, clean_topic),
    "description": Setting("description", Act.CHANGE_SETTINGS, clean_description),
    "emoji": Setting("emoji", Act.CHANGE_SETTINGS, clean_emoji),
    "kind": Setting("kind", Act.CHANGE_KIND, clean_kind),
    "read_only": Setting("is_read_only", Act.CHANGE_KIND, bool),
    "default": Setting("is_default", Act.MAKE_DEFAULT, bool),
}


@transaction.atomic
def change_settings(
    room_id: int,
    *,
    by: Actor,
    name: str | None = None,
    topic: str | None = None,
    description: str | None = None,
    emoji: str | None = None,
    kind: str | None = None,
    read_only: bool | None = None,
    default: bool | None = None,
) -> Room:
    """Change the given settings, and leave the others as they are.

    Raises NotFound, Forbidden, and Invalid for a bad value or a name that a public room has.
    """
    room = locked_room(room_id)
    wanted: dict[str, Any] = {
        "name": name,
        "topic": topic,
        "description": description,
        "emoji": emoji,
        "kind": kind,
        "read_only": read_only,
        "default": default,
    }
    wanted = {setting: value for setting, value in wanted.items() if value is not None}
    _check_may_change(by, room, wanted)
    before = {setting: getattr(room, SETTINGS[setting].field) for setting in wanted}
    after = {each: _cleaned(each, value, before[each]) for each, value in wanted.items()}
    _check_default(room, before, after)
    changed = [setting for setting in after if before[setting] != after[setting]]
    if changed:
        _change(room, by, {each: before[each] for each in changed}, {each: after[each] for each in changed})
    return room


def _cleaned(setting: str, value: Any, before: Any) -> Any:
    # Text that was allowed once does not block a change of other settings.
    return before if value == before else SETTINGS[setting].clean(value)


def _check_default(room: Room, before: dict[str, Any], after: dict[str, Any]) -> None:
    # Newcomers join public rooms alone: a room that is made private stops being a default.
    if after.get("kind", room.kind) != Room.Kind.PRIVATE:
        return
    if after.get("default") and not room.is_default:
        raise Invalid(_("Only public rooms can add new people automatically."))
    if "kind" in after and room.kind != Room.Kind.PRIVATE and room.is_default:
        before["default"], after["default"] = True, False


def _check_may_change(by: Actor, room: Room, settings: Iterable[str]) -> None:
    for act in {SETTINGS[setting].act for setting in settings} or {Act.CHANGE_SETTINGS}:
        authorise(by, room, act)
    if room.is_direct:
        raise Forbidden(_("A direct conversation has no settings."))


def _change(room: Room, by: Actor, before: dict[str, Any], after: dict[str, Any]) -> None:
    was = room.kind, room.name
    for setting, value in after.items():
        setattr(room, SETTINGS[setting].field, value)
    room.settings_version = room.next_version()
    save_named(room, update_fields=[SETTINGS[setting].field for setting in after] + ["settings_version", "version"])
    leave_name_behind(room, *was)
    broadcasts.room_changed(room)
    _tell_of(room, by, before, after)
    audit.record(by, AuditEntry.Act.ROOM_CHANGED, room=room, before=before, after=after)


def _tell_of(room: Room, by: Actor, before: dict[str, Any], after: dict[str, Any]) -> None:
    # No notice of changes that everyone sees anyway, or that concern newcomers alone.
    if "name" in after:
        names: dict[str, Any] = {"from": before["name"], "to": after["name"]}
        tell(room, by.user, "renamed", **names)
    if "topic" in after:
        tell(room, by.user, "topic", to=after["topic"])
    if "kind" in after:
        tell(room, by.user, "kind", to=after["kind"])
    if "read_only" in after:
        tell(room, by.user, "read_only" if after["read_only"] else "open")
