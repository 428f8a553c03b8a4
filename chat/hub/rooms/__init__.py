"""Rooms with sockets in this process: their events in order, and the sockets that get them."""
