"""Crowd of clients: their sockets, their posts, and their counts of deliveries.

Picows reads the frames, and one search in each finds its messages: counting costs no more than that. A generator that
falls behind reads several frames at a time, which costs less for each.
"""

import asyncio
import time
from collections.abc import Iterable
from itertools import cycle

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from bench.fanout.dialects import Dialect, Seat, body_of

HANDSHAKES = 50  # at a time
PATIENCE = 60.0  # seconds until a socket must be in its room
QUIET = 0.5  # seconds without a frame: the events of a crowd's arrival have all been sent


class Message:
    """A posted message, and its deliveries."""

    __slots__ = ("got", "missing", "sent_at")

    def __init__(self, sent_at: float, people: int) -> None:
        self.sent_at = sent_at
        self.got = bytearray(people)  # times, by person
        self.missing = people


class Visitor(WSListener):
    """A socket in one room."""

    transport: WSTransport | None = None

    def __init__(self, room: "Room", index: int, seat: Seat) -> None:
        self.room, self.index, self.seat = room, index, seat
        self.dialect = room.crowd.dialect
        self.marks = self.dialect.marks
        self.arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def connect(self, port: int) -> None:
        await ws_connect(
            lambda: self,
            f"ws://127.0.0.1:{port}{self.seat.path}",
            extra_headers={"Origin": f"http://127.0.0.1:{port}", **self.seat.headers},
            websocket_handshake_timeout=PATIENCE,
        )
        await asyncio.wait_for(self.arrived, PATIENCE)

    def say(self, text: str) -> None:
        if self.transport is not None:
            self.transport.send(WSMsgType.TEXT, text.encode())

    def arrive(self) -> None:
        if not self.arrived.done():
            self.arrived.set_result(None)

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        self.dialect.greet(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        payload = frame.get_payload_as_bytes()
        marks = self.marks(payload)
        if marks:
            for mark in marks:
                self.room.deliver(self.index, int(mark))
        else:
            self.room.crowd.heard_at = time.perf_counter()
            self.dialect.hear(self, payload)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.transport = None
        self.room.crowd.lose_socket()
        if not self.arrived.done():
            self.arrived.set_exception(ConnectionError("The server closed a socket before it was in its room."))


class Room:
    """The numbered messages of a room. Each is due exactly once to each of its people."""

    def __init__(self, crowd: "Crowd", seats: Iterable[Seat]) -> None:
        self.crowd = crowd
        self.messages: list[Message] = []
        self.people = [Visitor(self, index, seat) for index, seat in enumerate(seats)]
        self._authors = cycle(self.people)

    def post(self) -> None:
        number = len(self.messages)
        self.messages.append(Message(time.perf_counter(), len(self.people)))
        self.crowd.dialect.post(next(self._authors), body_of(number))

    def deliver(self, person: int, number: int) -> None:
        message = self.messages[number]
        message.got[person] += 1
        if message.got[person] > 1:
            self.crowd.duplicates += 1
            return
        message.missing -= 1
        self.crowd.count(message)


class Crowd:
    """The clients in all rooms."""

    def __init__(self, dialect: Dialect, rooms: Iterable[Iterable[Seat]]) -> None:
        self.dialect = dialect
        self.delivered = self.duplicates = self.sockets_lost = 0
        self.heard_at = 0.0
        self.latencies: list[float] | None = None  # of each delivery, in seconds; None: not measured
        self.latencies_of_last: list[float] = []  # of each message's last delivery
        self._refill = False
        self._leaving = False
        self.rooms = [Room(self, seats) for seats in rooms]
        self._next_room = cycle(self.rooms)

    @property
    def people(self) -> list[Visitor]:
        return [person for room in self.rooms for person in room.people]

    @property
    def missing(self) -> int:
        return sum(message.missing for room in self.rooms for message in room.messages)

    def count(self, message: Message) -> None:
        self.delivered += 1
        if self.latencies is not None:
            waited = time.perf_counter() - message.sent_at
            self.latencies.append(waited)
            if not message.missing:
                self.latencies_of_last.append(waited)
        if self._refill and not message.missing:
            self.post()

    def post(self) -> None:
        """Post the next message. Rooms take turns, and so do the people in each."""
        next(self._next_room).post()

    # -- Coming and going ---------------------------------------------------------------------------------------------

    async def connect(self, people: Iterable[Visitor], port: int) -> None:
        gate = asyncio.Semaphore(HANDSHAKES)

        async def connect(visitor: Visitor) -> None:
            async with gate:
                await visitor.connect(port)

        await asyncio.gather(*map(connect, people))

    async def leave(self) -> None:
        self._leaving = True
        open = [person.transport for person in self.people if person.transport is not None]
        for transport in open:
            transport.disconnect(graceful=False)
        await asyncio.gather(*(transport.wait_disconnected() for transport in open))

    def lose_socket(self) -> None:
        self.sockets_lost += not self._leaving

    async def quiet(self, within: float) -> None:
        """Wait until the events of the crowd's arrival, such as presence, have been sent."""
        deadline = time.perf_counter() + within
        while True:
            left = min(deadline, self.heard_at + QUIET) - time.perf_counter()
            if left <= 0:
                return
            await asyncio.sleep(left)

    # -- Load ---------------------------------------------------------------------------------------------------------

    def begin_to_saturate(self, in_flight: int) -> None:
        """Keep this many messages under way from now on: each complete delivery triggers the next post."""
        self._refill = True
        for _ in range(in_flight):
            self.post()

    def stop_saturating(self) -> None:
        self._refill = False

    async def post_steadily(self, rate: float, seconds: float) -> None:
        """Post by the clock, however slow the server is."""
        began = time.perf_counter()
        for number in range(round(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            self.post()

    async def drain(self, within: float, stalled: float) -> None:
        """Wait for missing deliveries. They count as lost when none has come for `stalled` seconds."""
        began = moved = time.perf_counter()
        before = self.delivered
        while self.missing and (now := time.perf_counter()) < min(began + within, moved + stalled):
            await asyncio.sleep(0.05)
            if self.delivered != before:
                before, moved = self.delivered, now
