from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chat.markup import markdown
from chat.models.reaction import Reaction
from chat.models.thread import Participant

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from accounts.models import User
    from chat.models.edit import Edit
    from chat.models.mention import Mention


EVERYONE = "everyone"  # as `told`: all who were members when it was posted


class MessageQuerySet(models.QuerySet["Message"]):
    def conversation(self) -> Self:
        return self.filter(thread=None)

    def said(self) -> Self:
        return self.exclude(kind=Message.Kind.NOTICE)

    def before(self, position: int) -> Self:
        return self.filter(position__lt=position)

    def after(self, position: int) -> Self:
        return self.filter(position__gt=position)

    def newest(self, count: int) -> Self:
        return self.order_by("-position")[:count]

    def for_cards(self) -> Self:
        """Load all that `events.message_card` reads, in as many queries for a page as for one message."""
        reactions = models.Prefetch("reactions", Reaction.objects.select_related("user").order_by("pk"))
        people = models.Prefetch("participants", Participant.objects.select_related("user").order_by("pk"))
        found = self.select_related("author", "quote__author", "pinned_by", "deleted_by")
        return found.prefetch_related(reactions, people)


class Message(models.Model):
    """A message in a room."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        ACTION = "action", _("Action")  # posted with `/me`
        NOTICE = "notice", _("Notice")  # a system message: shown without its author

    room = models.ForeignKey("chat.Room", on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.TEXT)
    body = models.TextField(_("body"))
    html = models.TextField(_("body as HTML"), editable=False, db_default="")
    rendering = models.PositiveSmallIntegerField(default=markdown.present_rendering, db_default=0, editable=False)
    client_id = models.UUIDField(_("client id"))
    created_at = models.DateTimeField(_("posted"))

    # The event of a notice, such as {"what": "joined"}: clients put it in words in their own language.
    notice = models.JSONField(null=True, editable=False)
    # The ids of the users it notifies, or EVERYONE: fixed when it is posted, so that they can be counted again.
    told = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), editable=False)
    quote = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, editable=False, related_name="quoted_by", db_index=False
    )
    thread = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, editable=False, related_name="replies", db_index=False
    )

    # Of a thread: stored with its root, since every page shows them.
    reply_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    last_reply_at = models.DateTimeField(null=True, editable=False)

    edited_at = models.DateTimeField(_("edited"), null=True, editable=False)
    body_version = models.PositiveBigIntegerField(null=True, editable=False)  # of the latest edit, if any
    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+", db_index=False
    )
    pinned_at = models.DateTimeField(_("pinned"), null=True, editable=False)
    pinned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+", db_index=False
    )

    position = models.PositiveBigIntegerField(_("position"), editable=False)
    version = models.PositiveBigIntegerField(_("version"), editable=False)

    if TYPE_CHECKING:
        reactions: RelatedManager[Reaction]
        participants: RelatedManager[Participant]
        edits: RelatedManager[Edit]
        mentions: RelatedManager[Mention]

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["room", "author", "client_id"], name="one_message_a_client_id"),
            models.UniqueConstraint(fields=["room", "position"], name="one_message_a_position"),
        ]
        # The partial ones cost nothing for other messages. When SQLite removes a row, it looks for references to it,
        # and uses these indexes only if the condition reads IS NOT NULL.
        indexes = [
            models.Index(fields=["room", "version"], name="message_changes"),
            models.Index(
                fields=["thread", "position"], name="thread_replies", condition=models.Q(thread__isnull=False)
            ),
            models.Index(fields=["quote"], name="message_quotes", condition=models.Q(quote__isnull=False)),
            models.Index(fields=["room", "pinned_at"], name="room_pins", condition=~models.Q(pinned_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.author}: {self.body[:60]}"

    @classmethod
    def html_of(cls, kind: str, body: str, mentions: markdown.Mentions | None = None) -> str:
        render = markdown.render if kind == cls.Kind.TEXT else markdown.render_inline
        return render(body, mentions)

    @property
    def has_changed(self) -> bool:
        """True if anything happened since it was posted. Otherwise it has no reactions, no replies and no pin."""
        return self.version > self.position

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    def rendered(self) -> str:
        """Return the body as safe HTML. HTML of older rules is made again each time, until render_again stores it."""
        if self.rendering == markdown.RENDERING and self.html:
            return self.html
        mentions = markdown.mentions_of(self.body, self.html)  # no one else was notified
        return self.html_of(self.kind, self.body, mentions) if self.body else ""

    def preview(self) -> str:
        """Return the body without its spoilers, for quotes and lists."""
        if "||" in self.body and markdown.has_spoilers(self.rendered()):
            return markdown.without_spoilers(self.body)
        return self.body

    def has_other_words_than_at(self, version: int) -> bool:
        return self.body_version is not None and self.body_version > version

    def said_by(self, user: "User") -> bool:
        """Return True if the words are the user's. Notices belong to the room."""
        return self.author_id == user.pk and self.notice is None

    def first_body(self) -> str:
        first = self.edits.order_by("pk").first() if self.edited_at else None
        return first.body if first else self.body

    def reactions_by_emoji(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for reaction in self.reactions.all():
            found.setdefault(reaction.emoji, []).append(reaction.user)
        return found
