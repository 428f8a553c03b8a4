"""Channel layer: the pub/sub layer of channels-redis, with operations in bulk.

Its bytes on the wire are those of the stock layer, so that processes with either understand each other, and the usual
API of Channels works unchanged. The extension `batches` adds:

group_send_many    events for any groups, in order, in one round trip to each host
group_add_many     one SUBSCRIBE to each host
leave_out          messages that a channel does not need are dropped before they are decoded
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Sequence
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer, RedisPubSubLoopLayer, RedisSingleShardConnection
from channels_redis.utils import _wrap_close, decode_hosts

logger = logging.getLogger(__name__)

Message = dict[str, Any]

MARK_WITHIN = 64  # bytes: a marked message has the mark at its start, which no text typed by a user can reach


class Layer(RedisPubSubChannelLayer):
    """One layer for each process. It passes every call on to the LoopLayer of the running event loop."""

    def _get_layer(self) -> "LoopLayer":
        loop = asyncio.get_running_loop()
        if loop not in self._layers:
            self._layers[loop] = LoopLayer(*self._args, **self._kwargs, channel_layer=self)
            _wrap_close(self, loop)
        return self._layers[loop]


class LoopLayer(RedisPubSubLoopLayer):
    """The layer of one event loop."""

    extensions = [*RedisPubSubLoopLayer.extensions, "batches"]

    def __init__(self, hosts: Any = None, **options: Any) -> None:
        super().__init__(hosts, **options)
        self._shards = [Shard(host, self) for host in decode_hosts(hosts)]

    async def group_send_many(self, messages: Iterable[tuple[str, Message]]) -> None:
        """Call `group_send` for each, in order for each host. A host that fails does not stop the others."""
        outgoing: dict[Shard, list[tuple[str, bytes]]] = defaultdict(list)
        for group, message in messages:
            channel = self._get_group_channel_name(group)
            try:
                outgoing[self._get_shard(channel)].append((channel, self.channel_layer.serialize(message)))
            except Exception:
                logger.exception("A message for %s could not be serialised", group)
        await _all([shard.publish_many(found) for shard, found in outgoing.items()])

    async def group_add_many(self, groups: Iterable[str], channel: str) -> None:
        wanted: dict[Shard, list[str]] = defaultdict(list)
        for group in groups:
            name = self._get_group_channel_name(group)
            self.groups.setdefault(name, set()).add(channel)
            wanted[self._get_shard(name)].append(name)
        await _all([shard.subscribe_many(names) for shard, names in wanted.items()])

    def leave_out(self, channel: str, mark: bytes) -> None:
        """Drop messages for this channel that have the mark among their first bytes, from now on."""
        self.channels[channel] = _Unmarked(mark)


class Shard(RedisSingleShardConnection):
    """One host, with a connection to publish and one to listen."""

    def __init__(self, host: dict[str, Any], channel_layer: LoopLayer) -> None:
        super().__init__(host, channel_layer)
        self._publishing = asyncio.Lock()  # keeps messages in order, and apart from subscriptions

    async def publish(self, channel: str, message: bytes) -> None:
        async with self._publishing:
            self._ensure_redis()
            await self._redis.publish(channel, message)

    async def publish_many(self, messages: Sequence[tuple[str, bytes]]) -> None:
        if len(messages) == 1:  # a pipeline would cost more
            await self.publish(*messages[0])
            return
        async with self._publishing:
            self._ensure_redis()
            async with self._redis.pipeline(transaction=False) as pipe:
                for channel, message in messages:
                    pipe.publish(channel, message)
                await pipe.execute()

    async def subscribe_many(self, channels: Iterable[str]) -> None:
        async with self._lock:
            new = [channel for channel in channels if channel not in self._subscribed_to]
            if new:
                self._ensure_redis()
                self._ensure_receiver()
                await self._pubsub.subscribe(*new)
                self._subscribed_to.update(new)


class _Unmarked(asyncio.Queue[bytes]):
    """A queue of one channel's messages without those that have the mark."""

    def __init__(self, mark: bytes) -> None:
        super().__init__()
        self._mark = mark

    def put_nowait(self, item: bytes) -> None:
        if item.find(self._mark, 0, MARK_WITHIN) < 0:
            super().put_nowait(item)


async def _all(calls: list[Awaitable[None]]) -> None:
    if len(calls) == 1:  # the usual case: one host
        await calls[0]
        return
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
