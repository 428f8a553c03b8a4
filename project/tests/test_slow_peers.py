"""Slow peers that still take data are not mistaken for lost ones."""

from typing import Any

import pytest
from autobahn.websocket.protocol import WebSocketProtocol

from project.server import websocket
from project.server.websocket import Socket


class Transport:
    """Stand-in for a connection: the test sets how much data waits."""

    offset = 0
    dataBuffer = b""
    _tempDataLen = 0

    def write(self, data: bytes) -> None:
        self._tempDataLen += len(data)


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(websocket, "time", clock)
    return clock


@pytest.fixture
def peer(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return an open socket with a ping every 10 s. Its `dropped` tells whether it was cut off."""
    monkeypatch.setattr(WebSocketProtocol, "_sendAutoPing", lambda _: None)
    monkeypatch.setattr(WebSocketProtocol, "onAutoPingTimeout", lambda self: setattr(self, "dropped", True))
    socket: Any = Socket.__new__(Socket)
    socket.state, socket.transport, socket.autoPingTimeout, socket.dropped = Socket.STATE_OPEN, Transport(), 10, False
    return socket


def let_a_ping_time_out(peer: Any, clock: Clock, *, taken: int = 0) -> None:
    peer._sendAutoPing()
    clock.now += 10
    peer.transport._tempDataLen -= taken
    peer.onAutoPingTimeout()


def test_a_peer_that_takes_nothing_and_answers_no_ping_is_dropped(peer: Any, clock: Clock) -> None:
    peer.write_frame(b"a" * 100_000)
    let_a_ping_time_out(peer, clock)
    assert peer.dropped


def test_a_peer_that_takes_data_while_its_ping_waits_behind_it_is_kept(peer: Any, clock: Clock) -> None:
    peer.write_frame(b"a" * 100_000)
    for _ in range(3):
        let_a_ping_time_out(peer, clock, taken=20_000)
    assert not peer.dropped
    let_a_ping_time_out(peer, clock)
    assert peer.dropped


def test_data_that_the_system_takes_at_once_is_no_sign_of_life(peer: Any, clock: Clock) -> None:
    for _ in range(2):
        peer._sendAutoPing()
        peer.write_frame(b"a" * 100)
        peer.transport._tempDataLen = 0
        clock.now += 10
    peer.onAutoPingTimeout()
    assert peer.dropped
