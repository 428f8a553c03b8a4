"""Helpers of the tests: socket clients, loads, payloads and the tables of permissions."""
