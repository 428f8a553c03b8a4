"""Presence of users on topics, in Redis, for any Django project with Channels. See README.md."""
