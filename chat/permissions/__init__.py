"""Permissions: the table of acts by role, and the actor of an administrative act."""
