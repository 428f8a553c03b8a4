import { leaveEarlier } from "../connection/shown-rooms.js";
import { isSame, userOf } from "../rules/user-updates.js";

// Applies the server's events to the tab's state.
export class ChatEvents {
  #chat;
  #timelines;

  constructor(chat, timelines) {
    this.#chat = chat;
    this.#timelines = timelines;
    this.#listen();
  }

  #listen() {
    this.#on("hello", (hello) => this.#greeted(hello));
    this.#on("message.posted", (event) => this.#posted(event));
    this.#on("message.changed", (event) => this.#turned(event));
    this.#on("message.reacted", (event) => this.#amended(event, (shown) => shown.reacted(event)));
    this.#on("messages.requoted", (event) => this.#amended(event, (shown) => shown.requoted(event)));
    this.#on("messages.deleted", (event) => this.#deleted(event));
    this.#on("messages.removed", (event) => this.#removed(event));
    this.#on("member.joined", (event) => this.#standing(event));
    this.#on("member.changed", (event) => this.#standing(event));
    this.#on("member.left", (event) => this.#timelines.reach(event) ?? this.#here(event, () => this.#left(event)));
    this.#on("room.changed", (event) => this.#settled(event));
    this.#on("blocks.changed", ({ rooms }) => this.#recounted(rooms));
    this.#on("user.changed", ({ user }) => this.#renamed(user));
    this.#on("room.reset", (event) => this.#reset(event));
    this.#on("room.gained", ({ room }) => this.#gained(room));
    this.#on("room.kept", (event) => this.#chat.rooms.kept(event));
    this.#on("room.lost", (event) => this.#chat.lose(event));
    this.#on("read.moved", (event) => this.#moved(event));
    this.#on("thread.moved", (event) => this.#threadMoved(event));
    this.#on("typing.started", (event) => this.#here(event, () => this.#chat.typing.started(event)));
    this.#on("typing.stopped", (event) => this.#here(event, () => this.#chat.typing.stopped(event)));
    this.#on("presence.snapshot", (event) =>
      this.#here(event, () => this.#met(event) ?? this.#chat.roster.snapshot(event)),
    );
    this.#on("presence.changed", (event) =>
      this.#here(event, () => this.#met(event) ?? this.#chat.roster.change(event)),
    );
    this.#on("presence.counted", ({ rooms }) => this.#chat.rooms.counted(rooms));
    this.#chat.socket.addEventListener("change", () => this.#chat.socket.state === "open" || this.#disconnected());
    this.#chat.blocks.addEventListener("change", () => this.#chat.changed());
    this.#chat.outbox.addEventListener("stored", ({ detail }) => this.#chat.put(detail.room, detail.message));
    document.addEventListener("visibilitychange", () => this.#chat.consider());
    for (const type of ["focus", "blur"]) addEventListener(type, () => this.#chat.consider());
    addEventListener("pagehide", () => this.#chat.conversation.reading.leave());
  }

  #on(type, handle) {
    this.#chat.socket.addEventListener(type, ({ detail }) => handle(detail));
  }

  #here({ room }, handle) {
    if (room === this.#chat.shown) handle();
  }

  // A member's role or mute changed; for the user themselves, the room changes as well.
  #standing(event) {
    this.#timelines.reach(event);
    if (event.muted) this.#here(event, () => this.#chat.typing.left(event.user));
    this.#chat.ranks.follow(event.room, event.user, event.role);
    if (event.user.id !== this.#chat.me.id) return;
    const isNew = event.role !== this.#chat.rooms.get(event.room)?.role;
    this.#chat.rooms.standing(event);
    // the answer has the roles that decide whose messages the user may delete
    if (isNew) this.#here(event, () => this.#chat.enter());
    this.#here(event, () => this.#chat.changed());
    this.#here(event, () => this.#chat.reports.load());
    this.#chat.outbox.hurry(event.room);
  }

  #settled(event) {
    this.#timelines.reach(event);
    this.#chat.rooms.settled(event);
    this.#here(event, () => this.#chat.changed());
    this.#chat.outbox.hurry(event.room);
  }

  // A user's name or picture changed: updates everything that shows it.
  #renamed(user) {
    if (user.id === this.#chat.me.id) Object.assign(this.#chat.me, { picture: undefined }, user);
    this.#timelines.renamed(user);
    this.#chat.side.thread?.renamed(user);
    this.#chat.pins.renamed(user);
    this.#chat.rooms.renamed(user);
  }

  // Presence events carry names, too: a change's own event may have been lost.
  #met({ people }) {
    for (const person of people) {
      const known = this.#chat.roster.find(person.id);
      if (known && !isSame(known, person)) this.#renamed(userOf(person));
    }
  }

  #left({ room, user }) {
    this.#chat.ranks.follow(room, user, undefined);
    this.#chat.typing.left(user);
    this.#chat.roster.left(user);
  }

  #greeted({ user, rooms, limits }) {
    this.#chat.limits = limits;
    this.#chat.rooms.replace(rooms, this.#chat.shown);
    this.#renamed(user);
    leaveEarlier(this.#chat.socket, () => this.#chat.shown);
    this.#chat.enter();
    this.#chat.outbox.sendAll();
    this.#chat.changed();
  }

  #posted(event) {
    const { room, message } = event;
    if (room === this.#chat.shown && !message.thread && this.#chat.counts(message))
      this.#chat.conversation.markArrival();
    this.#chat.rooms.posted(event, this.#isBeingRead(event));
    this.#chat.put(room, message);
    this.#timelines.reach(event);
    if (message.author.id === this.#chat.me.id) this.#chat.outbox.discard(message.client_id);
    if (room !== this.#chat.shown) return;
    this.#chat.typing.stopped({ user: message.author, thread: message.thread });
    this.#chat.conversation.reading.consider();
  }

  #turned(event) {
    this.#chat.rooms.turned(event, this.#isBeingRead(event));
    this.#chat.put(event.room, event.message);
    this.#timelines.reach(event);
  }

  // Messages changed, and the event does not contain them; `amend` is called for each visible list of messages.
  #amended(event, amend) {
    const isHere = event.room === this.#chat.shown;
    const lists = [this.#timelines.live(event.room), isHere && this.#chat.side.thread, isHere && this.#chat.pins];
    for (const list of lists.filter(Boolean)) amend(list);
    this.#chat.rooms.reached(event);
    this.#timelines.reach(event);
  }

  // Several messages were deleted.
  #deleted(event) {
    this.#chat.rooms.takenBack(event);
    this.#chat.drafts.dropEditsOf(event.messages);
    this.#timelines.get(event.room)?.deleted(event);
    this.#timelines.reach(event);
    this.#here(event, () => {
      this.#chat.side.thread?.deleted(event);
      this.#chat.pins.deleted(event);
    });
  }

  // Several messages were removed from the database.
  #removed(event) {
    this.#chat.rooms.takenBack(event);
    this.#chat.drafts.dropEditsOf(event.messages);
    this.#timelines.get(event.room)?.removed(event);
    this.#timelines.reach(event);
    this.#here(event, () => {
      if (this.#chat.side.thread?.removed(event)) this.#chat.side.close();
      this.#chat.pins.removed(event);
    });
  }

  // A thread counts as being read only while it is open.
  #isBeingRead({ room, message: { thread } }) {
    if (room !== this.#chat.shown) return false;
    if (!thread) return this.#chat.conversation.reading.isCaughtUp;
    return this.#chat.side.thread?.thread === thread && this.#chat.side.thread.reading.isCaughtUp;
  }

  // Missed events are not sent one by one: other views of the room are loaded again.
  #reset({ room, page, version }) {
    this.#timelines.get(room)?.reset(page, version);
    this.#chat.drafts.dropEditsOfDeleted(page.messages);
    if (room !== this.#chat.shown) return;
    this.#chat.conversation.arrive();
    this.#chat.side.thread?.load();
    this.#chat.pins.load();
  }

  #moved(event) {
    const { room, position, marks = 0 } = event;
    const known = this.#chat.rooms.get(room);
    const isMarked = marks > (known?.marks ?? 0) || position < known?.last_read;
    if (room === this.#chat.shown && isMarked) this.#chat.conversation.hold(position);
    this.#chat.rooms.moved(event, room === this.#chat.shown && this.#chat.conversation.reading.isCaughtUp);
    if (room === this.#chat.shown && !isMarked && position > known?.last_read)
      this.#chat.conversation.reading.release();
  }

  #threadMoved(event) {
    this.#chat.rooms.threadMoved(event);
    if (this.#chat.side.thread?.thread === event.message) this.#chat.side.thread.moved(event.position);
  }

  #recounted(rooms) {
    this.#chat.rooms.recounted(rooms);
    this.#chat.consider();
  }

  #gained(room) {
    this.#chat.rooms.put(room);
    if (room.id !== this.#chat.shown || !this.#chat.lost) return;
    this.#chat.lost = null;
    this.#chat.changed();
    this.#chat.enter();
  }

  #disconnected() {
    this.#timelines.lostConnection();
    this.#chat.conversation.reading.lostConnection();
    this.#chat.side.thread?.reading.lostConnection();
    this.#chat.roster.lostConnection();
    this.#chat.typing.clear();
  }
}
