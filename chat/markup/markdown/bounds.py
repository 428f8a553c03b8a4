"""Bounds on the work that one message may cause. Beyond them, it is shown as it was typed."""

from typing import Any

from markdown_it.rules_inline import StateInline

MOST_STEPS = 2_500  # of the parser, about 4 µs each; handwritten text takes far fewer
MOST_NESTING = 16  # quotes in lists in quotes…; browsers give up at 512
MOST_ADDRESSES = 300  # each takes time to parse, and a line of HTML
MOST_HTML = 65_536  # characters; a few letters of Markdown may become a hundred of HTML

Environment = dict[str, Any]


class TooMuch(Exception):
    """The message would take the parser too long."""


def environment() -> Environment:
    return {"steps": 0, "tokens": 0, "inline": None}


def count_step(env: Any, count: int = 1) -> None:
    env["steps"] += count
    if env["steps"] > MOST_STEPS:
        raise TooMuch


def check_nesting(depth: int) -> None:
    if depth > MOST_NESTING:
        raise TooMuch


def count_inline_step(state: StateInline, silent: bool) -> bool:
    """Count a step, and the tokens since the last one: each mark of a run is one, and is visited once more."""
    known = state.env["tokens"] if state.env["inline"] is state else 0
    state.env["inline"], state.env["tokens"] = state, len(state.tokens)
    count_step(state.env, 1 + max(0, len(state.tokens) - known))
    return False
