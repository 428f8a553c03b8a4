"""Rooms and memberships."""
