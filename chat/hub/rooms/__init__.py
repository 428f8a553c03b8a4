"""Rooms that this process has sockets in: their events in order, and who gets them."""
