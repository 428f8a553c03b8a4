"""Commands that a client may send, as types. docs/protocol.md describes each; base.py has the shared parts."""

from chat.protocol.commands import directs, messages, moderation, presence, purge, reports, rooms

__all__ = ["directs", "messages", "moderation", "presence", "purge", "reports", "rooms"]
