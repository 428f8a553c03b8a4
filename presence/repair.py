"""Anti-entropy: any damage to the sets is repaired within REPAIR_MS or two.

Each process asserts its holds again, and gives up entries in its name that it does not hold. One process at a time also
examines all keys, including those of other nodes. If nothing is wrong, nothing changes and no hint is sent.
"""

import logging

from presence import audit, operations
from presence.audit import Item
from presence.conf import conf
from presence.connections import Hold
from presence.desired_state import Wanted
from presence.errors import CorruptData
from presence.store import BATCH, Store
from presence.writer import Writer

logger = logging.getLogger(__name__)


class Repair:
    def __init__(self, wanted: Wanted, writer: Writer, store: Store) -> None:
        self._wanted = wanted
        self._writer = writer
        self._store = store

    async def repair(self, node: str) -> None:
        """Repair everything once.

        Costs one round trip for each BATCH of holds and of owned entries. When it is this process's turn to examine, it
        costs about two more for each BATCH of all keys. Raises PresenceUnavailable, NoLease.
        """
        await self._assert_again()
        try:
            await self._disown(node)
        except CorruptData as error:
            logger.error("presence: what the node %s owns cannot be read: %s", node, error)
        if await audit.claim(self._store, node, conf().repair_ms):
            found = [await self._examine(node, items) async for items in audit.places(self._store)]
            if any(found):
                await self._assert_again()

    async def _assert_again(self) -> None:
        """Assert all holds in batches, so that no join waits for all of them. Skip holds dropped meanwhile."""
        holds = list(self._wanted.held)
        for start in range(0, len(holds), BATCH):
            for hold in holds[start : start + BATCH]:
                if hold in self._wanted.held:
                    self._assert(hold)
            await self._writer.marker()

    def _assert(self, hold: Hold) -> None:
        decision = self._wanted.decisions.of(hold.user_id)
        if decision:
            self._writer.submit(self._wanted.decide(hold.user_id, decision, is_news=False))
        self._writer.submit(operations.join(*hold))

    async def _disown(self, node: str) -> None:
        async for entries in audit.members(self._store, "owned", node):
            for owned in entries:
                if node == self._writer.node and Hold.parsed(owned) not in self._wanted.held:
                    self._writer.submit(operations.disown(owned, conf().linger_ms))

    async def _examine(self, node: str, items: list[Item]) -> bool:
        """Return True if keys were deleted; the caller then asserts all holds again."""
        outcome, contradictions = await audit.examine(self._store, node, items)
        self._writer.report(outcome)
        if contradictions:
            text = "presence: %d contradictions; the first: %s"
            logger.warning(text, len(contradictions), contradictions[0])
        return any(contradiction.wrong == "mistyped" for contradiction in contradictions)
