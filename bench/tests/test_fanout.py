import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

from bench.fanout.crowd import Crowd
from bench.fanout.dialects import Dialect, Roomful, Seat, SocketIO, Tutorial, body_of
from bench.fanout.figures import Row, Size, as_json, merged, percentile, ratios
from bench.fanout.table import table
from chat.hub.delivery.frame import Frame

PROMISED = {
    "server",
    "rooms",
    "people",
    "deliveries_per_s",
    "cpu_us_per_delivery",
    "p50_ms",
    "p99_ms",
    "lost",
    "duplicates",
    "connects_per_s",
    "bytes_per_connection",
}


def row(server: str = "roomful", **figures: Any) -> Row:
    plain: dict[str, Any] = dict.fromkeys(Row.__slots__, 0.0) | {"lost": 0, "duplicates": 0, "sockets_lost": 0}
    return Row(**(plain | {"server": server, "rooms": 1, "people": 100} | figures))


def crowd_of(people: int) -> Crowd:
    """Return a crowd in one room, without open sockets."""
    return Crowd(Dialect(), [[Seat("/")] * people])


@pytest.mark.parametrize(
    ("values", "percent", "answer"),
    [
        ([5.0], 50, 5.0),
        ([4.0, 1.0, 3.0, 2.0], 50, 2.0),
        ([float(n) for n in range(1, 101)], 99, 99.0),
        ([float(n) for n in range(1, 101)], 100, 100.0),
        ([], 99, 0.0),
    ],
)
def test_a_percentile_is_a_value_that_was_measured(values: list[float], percent: float, answer: float) -> None:
    assert percentile(values, percent) == answer


def test_a_size_is_one_room_or_many() -> None:
    assert Size.parse("1000") == Size(1, 1000)
    assert Size.parse("200x10") == Size(200, 10)
    assert [Size(1, 1000).rate, Size(200, 10).rate] == [10, 200]


@pytest.mark.parametrize("text", ["", "0", "1", "x10", "10x", "10x10x10", "many"])
def test_a_malformed_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no size"):
        Size.parse(text)


def test_rounds_give_medians_and_the_sum_of_what_went_wrong() -> None:
    rounds = [row(p99_ms=9.0, lost=1), row(p99_ms=5.0, lost=0), row(p99_ms=6.0, lost=2)]
    assert merged(rounds) == row(p99_ms=6.0, lost=3)


def test_rounds_disturbed_by_other_processes_count_only_for_their_errors() -> None:
    calm = row(p99_ms=5.0, others_busy=0.01)
    assert merged([calm, row(p99_ms=50.0, others_busy=0.4, lost=1)]) == row(p99_ms=5.0, others_busy=0.01, lost=1)


def test_ratios_are_to_the_same_size_of_crowd() -> None:
    ours = row(deliveries_per_s=300.0, cpu_us_per_delivery=2.0)
    tutorial = row("tutorial", deliveries_per_s=10.0, cpu_us_per_delivery=200.0)
    elsewhere = row("socketio", rooms=200, people=10, deliveries_per_s=100.0, cpu_us_per_delivery=10.0)
    assert ratios(ours, [ours, tutorial, elsewhere]) == {
        "deliveries_per_s_to_tutorial": 30.0,
        "cpu_us_per_delivery_to_tutorial": 0.01,
    }


def test_the_json_is_one_object_of_rows() -> None:
    (told,) = json.loads(as_json([row("roomful-hub", p50_ms=1.23456)]))["rows"]
    assert told.keys() >= PROMISED
    assert (told["server"], told["rooms"], told["people"], told["p50_ms"]) == ("roomful-hub", 1, 100, 1.235)


def test_the_table_has_a_line_for_each_row() -> None:
    lines = table([row("tutorial", deliveries_per_s=1_000.0), row(deliveries_per_s=3_500.0)]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert "| roomful  |        3,500 |       3.50 |           – |" in lines[-1]


@pytest.mark.parametrize(
    ("dialect", "frame"),
    [
        (Dialect(), body_of(7)),
        (Tutorial(), json.dumps({"message": body_of(7)})),
        (SocketIO(), "42" + json.dumps(["message", body_of(7)])),
        (Roomful(), json.dumps([{"type": "message.posted", "room": 1, "message": {"id": 3, "body": body_of(7)}}])),
    ],
)
def test_a_message_is_recognised_in_every_dialect(dialect: Dialect, frame: str) -> None:
    assert [int(mark) for mark in dialect.marks(frame.encode())] == [7]


def test_an_ack_is_no_delivery_and_a_frame_of_two_events_is_two() -> None:
    ack, one, two = (
        {"type": kind, "message": {"id": number, "body": body_of(number)}}
        for kind, number in (("ack", 1), ("message.posted", 1), ("message.posted", 2))
    )
    assert Roomful.marks(json.dumps([ack]).replace(" ", "").encode()) == []
    joined = Frame.joined([Frame.of(ack), Frame.of(one), Frame.of(two)]).text.encode()
    assert [int(mark) for mark in Roomful.marks(joined)] == [1, 2]


async def test_lost_and_duplicate_deliveries_are_counted() -> None:
    crowd = crowd_of(3)
    (room,) = crowd.rooms
    crowd.post()
    crowd.post()
    for person, number in [(0, 0), (1, 0), (2, 0), (0, 1), (0, 1)]:
        room.deliver(person, number)
    assert (crowd.delivered, crowd.duplicates, crowd.missing) == (4, 1, 2)


async def test_latencies_are_measured_for_each_delivery_and_for_the_last_of_each_message() -> None:
    crowd = crowd_of(2)
    crowd.latencies = []
    crowd.post()
    crowd.rooms[0].deliver(0, 0)
    assert (len(crowd.latencies), crowd.latencies_of_last) == (1, [])
    crowd.rooms[0].deliver(1, 0)
    assert crowd.latencies_of_last == crowd.latencies[1:]


async def test_a_saturated_server_gets_the_next_message_when_one_has_reached_everybody() -> None:
    crowd = crowd_of(2)
    (room,) = crowd.rooms
    crowd.begin_to_saturate(1)
    room.deliver(0, 0)
    assert len(room.messages) == 1
    room.deliver(1, 0)
    assert len(room.messages) == 2
    crowd.stop_saturating()
    room.deliver(0, 1)
    room.deliver(1, 1)
    assert len(room.messages) == 2


@pytest.mark.program
def test_the_fanout_benchmark_measures_a_small_crowd_without_losses() -> None:
    """Measure only servers that need no Node and that follow our protocol as it changes."""
    servers = ["roomful", "roomful-hub", "websockets"]
    options = ["--servers", *servers, "--sizes", "5", "--seconds", "1", "--rounds", "1", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "bench.fanout", *options],
        cwd=settings.BASE_DIR,
        env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"},  # a database of its own
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert sorted(told["server"] for told in rows) == servers
    for told in rows:
        assert (told["rooms"], told["people"], told["lost"], told["duplicates"]) == (1, 5, 0, 0)
        assert min(told["deliveries_per_s"], told["p50_ms"], told["connects_per_s"]) > 0
