"""Prints docs/commands.schema.json: `python -m chat.protocol.schema > docs/commands.schema.json`."""

import json
import sys
from functools import reduce
from operator import or_

import msgspec

from chat.protocol.decode import COMMANDS


def schema() -> str:
    described = msgspec.json.schema(reduce(or_, sorted(COMMANDS, key=str)))
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A command of Roomful's protocol"}
    return json.dumps(head | described, indent=2, sort_keys=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema())
