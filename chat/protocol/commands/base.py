from datetime import datetime
from typing import Annotated

import msgspec

# The range of a row's id. A greater number would overflow in the database.
Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Offset = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Version = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Time = Annotated[datetime, msgspec.Meta(tz=True)]
CommandId = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]  # exact in JavaScript


class Command(msgspec.Struct, tag_field="type"):
    """A command of a client. The subclasses are all that exist."""

    id: CommandId
