"""Server with the `broadcast` of the websockets library, as its documentation recommends: one process, no Redis."""

import asyncio
import sys
from collections import defaultdict

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

rooms: dict[str, set[ServerConnection]] = defaultdict(set)


async def stand_in_room(connection: ServerConnection) -> None:
    assert connection.request
    room = rooms[connection.request.path]
    room.add(connection)
    try:
        async for message in connection:
            broadcast(room, message)
    except ConnectionClosed:
        pass
    finally:
        room.discard(connection)


async def main(port: int) -> None:
    async with serve(stand_in_room, "127.0.0.1", port, backlog=2048) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
