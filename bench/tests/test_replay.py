from collections import Counter
from pathlib import Path

import pytest

from accounts.models import User
from accounts.usernames.confusables import skeleton
from accounts.usernames.rules import derive_username
from bench.replay.driver import Posted, Replay, Site, cannot_be_posted
from bench.replay.logs import Join, Leave, Line, Log, Message, Notice, Rename, read_log, timed, understood
from bench.replay.people import Attendance, nicknames
from bench.replay.report import Comparison

LOGS = sorted((Path(__file__).parents[1] / "irc").glob("*.log"))


def compared(history: list[str], people: set[str]) -> list[str]:
    """Return the differences from a log with “a” and “b”, both by Alice, who stays."""
    replay = Replay(Log("delta", []), Site("", {}, None), posted=[posted("a"), posted("b")])
    replay.attendance.present.add("alice")
    return Comparison(replay, [posted(body) for body in history], people).differences


def posted(body: str) -> Posted:
    return Posted("alice", "text", body, client_id=f"the id of {body}")


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("[12:18] <|trey|> usual :)", Message("|trey|", "text", "usual :)")),
        ("[12:18] <epod>  two  \t\b ", Message("epod", "text", " two  \t\b ")),
        ("[12:15] <opteron>", Message("opteron", "text", "")),
        ("[12:15]  * homejoe waves <at> all", Message("homejoe", "action", "waves <at> all")),
        ("[07:09]  * homejoe", Message("homejoe", "action", "")),
        ("=== tuxx  has joined #ubuntu", Join("tuxx")),
        ("=== topyli  has left #ubuntu []", Leave("topyli")),
        ('=== JaneW  has left #ubuntu ["Leaving"]', Leave("JaneW")),
        ("=== dave has quit [Ping timeout]", Leave("dave")),
        ("=== a|b is now known as a_", Rename("a|b", "a_")),
        ("=== mode/#ubuntu  by Seveas", Notice("mode/#ubuntu  by Seveas")),
        ("=== epod has a notebook", Notice("epod has a notebook")),
        ("=== ogra goes to bed now", Notice("ogra goes to bed now")),
        ("=== brad[]  [~brad@host]  has joined #ubuntu", Notice("brad[]  [~brad@host]  has joined #ubuntu")),
    ],
)
def test_a_line_of_a_log_is_parsed(line: str, meaning: object) -> None:
    assert understood(line) == meaning


@pytest.mark.parametrize("line", ["", "hello", "[12:18] hello", "[12:18] * nick waves", "== bob  has joined #ubuntu"])
def test_a_line_that_belongs_to_no_log_is_an_error(line: str) -> None:
    with pytest.raises(ValueError, match="No line of a log"):
        understood(line)


def test_every_line_of_the_real_logs_is_understood() -> None:
    logs = [read_log(path) for path in LOGS]
    assert [len(log.lines) for log in logs] == [1_250] * 10
    kinds = Counter(type(line) for log in logs for _, line in log.lines)
    assert kinds == {Message: 11_644, Join: 494, Rename: 268, Leave: 48, Notice: 46}
    blank = [line for log in logs for _, line in log.lines if isinstance(line, Message) and not line.body.strip()]
    assert len(blank) == 5
    assert len(nicknames(logs)) == 1_835


def test_everyone_in_the_real_logs_gets_a_username_of_their_own() -> None:
    taken: set[str] = set()
    for nickname in nicknames(read_log(path) for path in LOGS):
        username = derive_username(nickname, lambda name: skeleton(name) in taken)
        User._meta.get_field("username").clean(username, None)
        taken.add(skeleton(username))
    assert len(taken) == 1_835


def test_time_stamps_of_12_and_24_hour_clocks_never_run_backwards() -> None:
    stamps = ["12:58", "12:59", "01:00", "01:02"]
    assert [minutes for minutes, _ in timed([f"[{stamp}] <noor> hi" for stamp in stamps])] == [0, 1, 2, 4]
    stamps = ["23:59", "00:00", "00:10"]
    assert [minutes for minutes, _ in timed([f"[{stamp}] <noor> hi" for stamp in stamps])] == [0, 1, 11]


def test_a_line_without_a_time_stamp_has_the_time_of_the_line_before() -> None:
    lines = ["[09:00] <noor> hi", "[09:07] <noor> hi", "=== noor  has left #delta []"]
    assert [minutes for minutes, _ in timed(lines)] == [0, 7, 7]


def test_people_come_by_joining_speaking_or_taking_a_name_and_go_by_leaving_or_giving_it_up() -> None:
    attendance = Attendance()
    lines: list[Line] = [
        Join("wen"),
        Message("noor", "text", "hi"),
        Rename("wen", "wen|away"),
        Notice("pia dances"),
        Leave("noor"),
    ]
    moves = [move for line in lines for move in attendance.moves(line)]
    assert moves == [Join("wen"), Join("noor"), Leave("wen"), Join("wen|away"), Leave("noor")]
    assert attendance.present == {"wen|away"}
    assert attendance.contradictions == 0


def test_a_line_that_contradicts_the_log_so_far_moves_no_user_twice() -> None:
    attendance = Attendance()
    lines: list[Line] = [Leave("wen"), Join("noor"), Join("noor"), Rename("pia", "noor")]
    assert [move for line in lines for move in attendance.moves(line)] == [Join("noor")]
    assert attendance.present == {"noor"}
    assert attendance.contradictions == 4


@pytest.mark.parametrize(
    ("body", "refused"), [("", True), (" \t", True), ("a\0b", True), ("x" * 11, True), (" a\b", False)]
)
def test_a_line_that_cannot_be_a_message_is_left_out(body: str, refused: bool) -> None:
    assert cannot_be_posted(body, limit=10) is refused


def test_a_replay_with_the_same_messages_and_people_passes() -> None:
    assert compared(["a", "b"], {"alice"}) == []


@pytest.mark.parametrize("history", [["a"], ["b", "a"], ["a", "b "], ["a", "b", "b"], ["a", "a", "b"], []])
def test_a_replay_with_another_history_is_reported(history: list[str]) -> None:
    assert compared(history, {"alice"}) != []


@pytest.mark.parametrize("people", [set(), {"alice", "mallory"}, {"Alice"}])
def test_a_replay_with_other_people_is_reported(people: set[str]) -> None:
    assert compared(["a", "b"], people) != []


@pytest.mark.parametrize("trouble", ["gaps", "repeats", "sockets lost"])
def test_a_replay_with_trouble_on_a_socket_is_reported(trouble: str) -> None:
    replay = Replay(Log("delta", []), Site("", {}, None))
    assert Comparison(replay, [], set()).differences == []
    replay.tally[trouble] += 1
    assert Comparison(replay, [], set()).differences == [f"1 {trouble}"]
