"""Limits and checks that every request or handshake passes."""
