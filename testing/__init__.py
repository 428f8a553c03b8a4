"""Tools for tests: real servers, a real Valkey, real sockets and real browsers. The fixtures are in conftest.py."""
