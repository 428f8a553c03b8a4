"""The audit log: access, search and export, and its immutability."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import AsyncClient, Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts.models import User
from chat.models import AuditEntry, Room
from chat.models.audit import Unchangeable
from chat.permissions.actor import Actor
from chat.services.rooms import settings as room_settings
from chat.services.shared import audit
from chat.views.audit_details import lines_of

pytestmark = pytest.mark.django_db

Act = AuditEntry.Act


@pytest.fixture
def site(db: None) -> User:
    """Create an administrator who is in no room."""
    return User.objects.create_superuser("site", "site@example.org")


def page(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def note(by: User, act: str = Act.MEMBER_MUTED, at: datetime | None = None, **details: Any) -> None:
    audit.record(Actor(by, "10.1.2.3"), act, **details)
    if at:  # the product cannot set it
        latest = AuditEntry.objects.latest("pk")
        AuditEntry(at=at, **{name: getattr(latest, name) for name in ("act", "actor_name", "reason")}).save()


def names_of_addresses() -> list[str]:
    """Return the names of chat's own pages, in all namespaces."""
    chat = get_resolver().namespace_dict["chat"][1]
    found = [chat, *(space[1] for space in chat.namespace_dict.values())]
    return [str(name) for resolver in found for name in resolver.reverse_dict if isinstance(name, str)]


def test_a_rooms_log_has_only_its_own_entries_and_shows_ip_addresses_only_to_administrators(
    alice: User, bob: User, site: User, general: Room, secret: Room
) -> None:
    note(alice, room=general, person=bob, reason="Too loud")
    note(alice, room=secret, person=bob, reason="Elsewhere")
    address = reverse("chat:room-settings:log", args=[general.pk])
    hers, theirs = (page(user).get(address).content.decode() for user in (alice, site))
    for shown in (hers, theirs):
        assert "Too loud" in shown
        assert "Elsewhere" not in shown
    assert "10.1.2.3" in theirs
    assert "10.1.2.3" not in hers


def test_the_audit_log_is_searched_by_words_act_and_days(alice: User, bob: User, site: User, general: Room) -> None:
    note(alice, room=general, person=bob, reason="Too loud")
    note(site, Act.PERSON_BANNED, person=alice, at=datetime(2026, 3, 9, 23, 59, 59, 5, tzinfo=UTC))
    address, theirs = reverse("chat:site-admin:audit"), page(site)

    def acts(**asked: str) -> list[str]:
        entries = theirs.get(address, asked).context["entries"].rows
        return [entry.act for entry in entries if entry.act in (Act.MEMBER_MUTED, Act.PERSON_BANNED)]

    assert acts() == ["person.banned", "member.muted", "person.banned"]
    for text in ("LOUD", "gener", "bob"):
        assert acts(text=text) == ["member.muted"]
    assert acts(text="site") == ["person.banned"] * 2
    assert acts(text="alice") == ["person.banned", "member.muted"]
    assert acts(act="member.muted") == ["member.muted"]
    assert acts(until="2026-03-09") == ["person.banned"] == acts(since="2026-03-09", until="2026-03-09")
    assert acts(until="2026-03-08") == [] == acts(since="nonsense") == acts(act="nonsense") == acts(text="\0")


def test_the_audit_log_is_searched_without_case_and_accents(alice: User, bob: User, site: User, general: Room) -> None:
    alice.display_name, general.name = "Ольга", "Núñez"
    alice.save()
    general.save()
    note(bob, room=general)
    note(alice, Act.PERSON_BANNED, person=bob)
    for text, act in (("nunez", "member.muted"), ("ольга", "person.banned")):
        entries = page(site).get(reverse("chat:site-admin:audit"), {"text": text}).context["entries"].rows
        assert act in [entry.act for entry in entries]
        assert len({"member.muted", "person.banned"} & {entry.act for entry in entries}) == 1


def test_details_are_shown_in_words_and_times_in_the_readers_zone(alice: User, site: User, general: Room) -> None:
    User.objects.filter(pk=site.pk).update(time_zone="Europe/Berlin")
    room_settings.change_settings(general.pk, by=Actor(alice), kind="private", topic="Squids")
    room_settings.change_settings(general.pk, by=Actor(alice), kind="public")
    room_settings.change_settings(general.pk, by=Actor(site), default=True)
    note(alice, room=general, until="2026-11-30T02:03:44.433012+00:00", count=2276, message=12345, removes_posts=False)
    written = page(site).get(reverse("chat:room-settings:log", args=[general.pk])).content.decode()
    shown = re.sub("</?time[^>]*>", "", written)  # the attribute has it in machine-readable form, too
    for words in (
        "Kind: <bdi>Public → Private</bdi>",
        "Topic: <bdi>– → Squids</bdi>",
        "Adds new people automatically: <bdi>no → yes</bdi>",
        "Until: <bdi>Nov. 30, 2026, 3:03 a.m.</bdi>",
        "Messages: <bdi>2,276</bdi>",
        "Message: <bdi>12345</bdi>",
        "Messages are deleted: <bdi>no</bdi>",
    ):
        assert words in shown, words
    for raw in ("{&#x27;", "False", "T02:03"):
        assert raw not in shown


def test_every_detail_that_is_stored_has_words() -> None:
    details = {
        "before": {"until": None, "reason": "Spam"},
        "kind": "direct",
        "fields": ["email", "username"],
        "unheard_of": {"deep": [1, True]},
        "until": "no time T at all",
    }
    assert lines_of(AuditEntry(details=details)) == [
        ("Before", "Until: –, Reason: Spam"),
        ("Kind", "Direct"),
        ("Fields", "email, username"),
        ("unheard_of", "deep: 1, yes"),
        ("Until", "no time T at all"),
    ]


def test_the_audit_log_is_paged_by_key_without_gaps_or_repeats(site: User) -> None:
    moment = timezone.now()
    AuditEntry.objects.bulk_create(
        AuditEntry(act=Act.ANNOUNCED, actor_name="site", at=moment - timedelta(seconds=number // 7))
        for number in range(250)
    )
    address, theirs = reverse("chat:site-admin:audit"), page(site)
    seen, before, lengths = [], "", []
    while True:
        entries = theirs.get(address, {"before": before}).context["entries"]
        seen += [entry.pk for entry in entries.rows]
        lengths.append(len(entries.rows))
        if not (before := entries.older):
            break
    assert lengths == [100, 100, 50]
    assert seen == list(AuditEntry.objects.order_by("-at", "-pk").values_list("pk", flat=True))
    for nonsense in ("x", "1", "1.x", "-1.1", "9" * 30 + ".1", "١.1"):
        assert theirs.get(address, {"before": nonsense}).status_code == 400


@pytest.mark.django_db(transaction=True)
async def test_the_audit_log_is_exported_as_csv_in_batches_and_harmless_to_spreadsheets(
    site: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.views.site_admin.audit_log.EXPORTED_AT_ONCE", 2)
    for reason in ("=1+1", "x;=1+1", "Größe, “x” = 1"):
        await AuditEntry.objects.acreate(
            act=Act.MEMBER_MUTED, actor_name="alice", reason=reason, details={"ü": "="}, address="10.1.2.3"
        )
    client = AsyncClient()
    await client.aforce_login(site)
    answer: Any = await client.get(reverse("chat:site-admin:audit-export"), {"text": "alice"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="audit-log-')
    pieces = [piece async for piece in answer.streaming_content]
    assert len(pieces) == 3
    rows = list(csv.DictReader(io.StringIO(b"".join(pieces).decode(), newline="")))
    reasons = [row["reason"] for row in reversed(rows)]
    assert reasons == ["'=1+1", "x;'=1+1", "Größe, “x” = 1"]
    assert rows[0].keys() == {field.attname for field in AuditEntry._meta.concrete_fields}
    assert datetime.fromisoformat(rows[0]["at"]).utcoffset() == timedelta(0)
    assert (rows[0]["details"], rows[0]["address"], rows[0]["room_id"]) == ('{"ü": "="}', "10.1.2.3", "")


def test_the_audit_log_cannot_be_changed_by_any_model_or_query(alice: User) -> None:
    note(alice, reason="As it was")
    entry, found = AuditEntry.objects.get(), AuditEntry.objects.all()
    entry.reason = "Otherwise"
    for change in (
        entry.save,
        entry.delete,
        found.delete,
        lambda: found.update(reason="Otherwise"),
        lambda: found.bulk_update([entry], ["reason"]),
        lambda: AuditEntry.objects.update_or_create(pk=entry.pk, defaults={"reason": "Otherwise"}),
    ):
        with pytest.raises(Unchangeable):
            change()
    assert AuditEntry.objects.get().reason == "As it was"


def test_no_page_changes_the_audit_log(alice: User, site: User, general: Room) -> None:
    note(alice, room=general, reason="As it was")
    entry = AuditEntry.objects.get(reason="As it was")
    theirs = page(site)
    ours = [reverse(f"chat:site-admin:{name}") for name in ("audit", "audit-export")]
    for address in (*ours, reverse("chat:room-settings:log", args=[general.pk])):
        assert theirs.get(address).status_code == 200
        for method in (theirs.post, theirs.put, theirs.patch, theirs.delete):
            assert method(address).status_code == 405
    admins = "admin:chat_auditentry"
    assert theirs.get(reverse(f"{admins}_changelist")).status_code == 200
    assert theirs.get(reverse(f"{admins}_change", args=[entry.pk])).status_code == 200
    assert theirs.post(reverse(f"{admins}_change", args=[entry.pk]), {"reason": "x"}).status_code == 403
    assert theirs.post(reverse(f"{admins}_delete", args=[entry.pk]), {"post": "yes"}).status_code == 403
    assert theirs.post(reverse(f"{admins}_add"), {"act": "x"}).status_code == 403
    every = {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"}
    theirs.post(reverse(f"{admins}_changelist"), every)
    assert AuditEntry.objects.filter(pk=entry.pk, reason="As it was").exists()
    assert not [name for name in names_of_addresses() if "audit" in name and "audit" != name != "audit-export"]


def test_an_audit_entry_outlives_the_users_and_the_rooms_that_it_names(bob: User, general: Room) -> None:
    mallory = User.objects.create_user("soon-gone")
    note(mallory, room=general, person=bob, reason="As it was")
    general.delete()
    mallory.delete()
    entry = AuditEntry.objects.get(reason="As it was")
    assert (entry.actor_name, entry.person_name, entry.room_name) == ("soon-gone", "bob", "general")
