"""Strategies of Hypothesis for frames that no page sends: texts like commands, and raw bytes."""

import json
from uuid import UUID

from hypothesis import strategies as st

from chat.protocol import decode
from testing.wire import frame

# -- Texts -------------------------------------------------------------------------------------------------------------

TYPES = sorted(str(kind.__struct_config__.tag) for kind in decode.COMMANDS)
FIELDS = {str(kind.__struct_config__.tag): kind.__struct_fields__ for kind in decode.COMMANDS}

# Valid values; capitals stand for ids of existing rows.
RIGHT = {
    **dict.fromkeys(["room"], "ROOM"),
    **dict.fromkeys(["message", "quote", "thread"], "MESSAGE"),
    **dict.fromkeys(["body", "text", "reason", "name", "q"], '"plovers"'),
    **dict.fromkeys(["id", "position", "since", "offset", "seconds", "marks", "based_on"], "1"),
    **dict.fromkeys(["quiet", "favourite", "put_away", "create"], "true"),
    "client_id": json.dumps(str(UUID(int=7))),
    "emoji": '"👍"',
    "kind": '"text"',
    "mode": '"auto"',
    "people": "[USER]",
    "role": '"member"',
    "rooms": "[ROOM]",
    "time_zone": '"Europe/Berlin"',
    "until": "null",
    "user": "USER",
}
INTEGERS = [0, -1, 2, 3, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**30]
STRINGS = [
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "\u202eabc\u202c",
    "\u200b",
    "\U0010ffff",
    "😀" * 300,
    "%s{}",
]
STRINGS += ["x" * 10_001, "moderator", "dnd", "notice", "direct", "Mars/Olympus", "../", "'\";--", "@room", "general"]
STRINGS += ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+23:59", "2027-01-01T00:00:00", str(UUID(int=8))]
RAW = """ NaN -Infinity 1e999 -0 0.5 01 1e5 [] {} [[1,2],[3]] {"a":{"b":null}} true null "\\x" "\\ud83d" "\\u0000" """
RAW_VALUES = [*RAW.split(), *["undefined", "[1,", "'a'", "{]"], '"\t"', "9" * 400, "[" * 500, "[" + "1," * 5_000 + "1]"]
WRONG = [*(json.dumps(value) for value in [*INTEGERS, *STRINGS]), *RAW_VALUES]

wrong = st.sampled_from(WRONG)
slips = st.tuples(st.integers(0, 12), wrong)  # the last value of a repeated name counts


def command(type: str, slips: list[tuple[int, str]]) -> str:
    """Build a valid command with some slips."""
    fields = FIELDS.get(type, ())
    names = [*fields, *fields, "type", "__class__", "\\u0000"]
    pairs = [("type", f'"{type}"'), *((name, RIGHT[name]) for name in fields)]
    pairs += [(names[place % len(names)], value) for place, value in slips]
    return "{" + ",".join(f'"{name}":{value}' for name, value in pairs) + "}"


types = st.sampled_from([*TYPES, "no.such"])
commands = st.builds(command, types, st.lists(slips, max_size=2))
slipping = st.builds(command, types, st.lists(slips, min_size=1, max_size=2))
cut = st.builds(lambda text, end: text[: 1 + end % len(text)], commands, st.integers(0, 200))
texts = st.one_of(commands, slipping, slipping, cut, wrong, st.text(min_size=1, max_size=20))

# -- Bytes -------------------------------------------------------------------------------------------------------------

BYTES = [b"", b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\0", b"{}", b"x" * 126, b"x" * 65_537]
LIES = [2**16, 2**31, 2**63 - 1, 2**64 - 1]

payloads = st.one_of(st.binary(max_size=130), st.sampled_from(BYTES))
opcodes = st.one_of(st.sampled_from([0, 1, 1, 2, 8, 9, 10]), st.integers(0, 15))
flawed = st.builds(
    frame,
    payloads,
    opcodes,
    fin=st.sampled_from([True, True, False]),
    rsv=st.sampled_from([0] * 6 + [1, 2, 4, 7]),
    masked=st.sampled_from([True] * 6 + [False]),
    width=st.sampled_from([None] * 5 + [2, 8]),
)
lies = st.builds(frame, payloads, opcodes, width=st.just(8), claims=st.sampled_from(LIES))
rubbish = st.binary(min_size=1, max_size=40)
wires = st.lists(st.one_of(flawed, flawed, flawed, flawed, lies, rubbish), min_size=1, max_size=4)
