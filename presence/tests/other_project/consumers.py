import asyncio

from channels.generic.websocket import AsyncJsonWebsocketConsumer

from presence.roster import Rosters
from presence.topics import group
from presence.tracker import get_tracker


class PageConsumer(AsyncJsonWebsocketConsumer):
    async def connect(self):
        await self.accept()
        self.topic = f"page.{self.scope['url_route']['kwargs']['id']}"
        await self.channel_layer.group_add(group(self.topic), self.channel_name)
        self.sending = set()  # asyncio itself keeps no task alive
        self.rosters = Rosters(self.changed, lambda available: None, get_tracker())
        await self.rosters.watch(self.topic)
        get_tracker().start()
        get_tracker().track(self.topic, self.scope["user"].pk, self.channel_name)

    async def presence_hint(self, hint):
        self.rosters.receive(hint)

    def changed(self, topic, diff):
        task = asyncio.create_task(self.send_json({"joined": list(diff.joined), "left": list(diff.left)}))
        self.sending.add(task)
        task.add_done_callback(self.sending.discard)

    async def disconnect(self, code):
        get_tracker().drop(self.channel_name)
        await self.rosters.stop()
