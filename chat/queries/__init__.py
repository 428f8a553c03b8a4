"""Reads that views, handlers and the hub share."""
