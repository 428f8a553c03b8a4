"""Django's admin. It changes rooms, users and reports through the services that all other pages use."""

from chat.admin import moderation, rooms, users

__all__ = ["moderation", "rooms", "users"]
