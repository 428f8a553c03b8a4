"""Moderation: mutes, bans, roles, reports."""
