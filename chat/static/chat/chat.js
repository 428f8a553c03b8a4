import { fetchPage } from "./history.js";
import { Model } from "./model.js";
import { Outbox } from "./outbox.js";
import { Reading } from "./reading.js";
import { Rooms } from "./rooms.js";
import { Roster } from "./roster.js";
import { Timeline } from "./timeline.js";

const TIMELINES_KEPT = 10; // rooms to which one comes back at once
const TRY_AGAIN = 2000; // ms

// What the tab knows: the rooms, the one that it shows, its history and its people. It turns the server's events into
// changes of these, and what the person does into commands.
export class Chat extends Model {
  #timelines = new Map();
  #following = true;

  constructor({ me, room, rooms, page, version, urls }, socket) {
    super();
    this.me = me;
    this.urls = urls;
    this.socket = socket;
    this.limits = {};
    this.rooms = new Rooms(me, rooms);
    this.roster = new Roster();
    this.outbox = new Outbox(socket, me);
    this.reading = new Reading(this);
    this.shown = room.id;
    this.lost = false; // the person is no member of the shown room any more
    this.timeline.reset(page, version);
    this.#markNew();
    this.#listen();
  }

  get room() {
    return this.rooms.get(this.shown);
  }

  get timeline() {
    if (!this.#timelines.has(this.shown)) this.#timelines.set(this.shown, new Timeline(this.shown));
    return this.#timelines.get(this.shown);
  }

  // Whether the end of the conversation is in sight.
  get following() {
    return this.#following;
  }

  set following(following) {
    this.#following = following;
    this.reading.consider();
  }

  isReading(id) {
    return id === this.shown && this.following && !document.hidden;
  }

  urlOf(id) {
    return this.urls.room.replace("/0/", `/${id}/`);
  }

  show(id) {
    if (id === this.shown || !this.rooms.get(id)) return;
    this.reading.report();
    this.shown = id;
    this.lost = false;
    this.#following = true;
    this.roster.clear();
    this.#forgetOldest();
    this.#markNew();
    this.changed();
    this.#enter();
  }

  async join(name) {
    const { room } = await this.socket.command("room.join", { name });
    this.rooms.put(room);
    return room.id;
  }

  post(kind, body) {
    this.outbox.post(this.shown, kind, body);
    this.dispatchEvent(new Event("posted"));
  }

  // Back to the end of a history whose end was dropped.
  latest() {
    this.#enter();
  }

  async loadOlder() {
    const { timeline } = this;
    if (!timeline.known || !timeline.more || timeline.loading) return;
    const before = timeline.messages[0].position;
    timeline.waits();
    try {
      const page = await fetchPage(this.urls.history.replace("/0/", `/${timeline.room}/`), before);
      timeline.prepend(page, before);
    } catch {
      timeline.fails();
    }
  }

  #listen() {
    this.#on("hello", (hello) => this.#greeted(hello));
    this.#on("message.posted", (event) => this.#posted(event));
    this.#on("member.joined", (event) => this.#reach(event));
    this.#on("member.left", (event) => this.#reach(event));
    this.#on("room.changed", (event) => this.#reach(event) ?? this.rooms.settled(event));
    this.#on("room.reset", ({ room, page, version }) => this.#timelines.get(room)?.reset(page, version));
    this.#on("room.gained", ({ room }) => this.#gained(room));
    this.#on("room.lost", ({ room }) => this.#lost(room));
    this.#on("read.moved", (event) => this.rooms.moved(event, this.isReading(event.room)));
    this.#on("presence.snapshot", (event) => event.room === this.shown && this.roster.snapshot(event));
    this.#on("presence.changed", (event) => event.room === this.shown && this.roster.change(event.people));
    this.#on("presence.counted", ({ rooms }) => this.rooms.counted(rooms));
    this.socket.addEventListener("change", () => this.socket.state === "open" || this.#disconnected());
    this.outbox.addEventListener("stored", ({ detail }) => this.#upsert(detail.room, detail.message));
    document.addEventListener("visibilitychange", () => this.#looked());
  }

  #on(type, handle) {
    this.socket.addEventListener(type, ({ detail }) => handle(detail));
  }

  #greeted({ rooms, limits }) {
    this.limits = limits;
    this.rooms.replace(rooms);
    this.reading.consider();
    this.#enter();
    this.outbox.sendAll();
    this.changed();
  }

  async #enter() {
    const { timeline, shown } = this;
    const since = timeline.complete ? timeline.version : null;
    try {
      const { room } = await this.socket.command("room.open", { room: shown, since });
      timeline.live = true;
      this.rooms.put(room);
      this.reading.consider();
    } catch (error) {
      this.#notEntered(shown, error);
    }
  }

  #notEntered(id, error) {
    if (id !== this.shown || error.code === "unsent") return;
    if (error.retry) setTimeout(() => id === this.shown && this.#enter(), error.wait ?? TRY_AGAIN);
    else this.#lost(id);
  }

  #posted(event) {
    this.rooms.posted(event, this.isReading(event.room));
    this.#upsert(event.room, event.message);
    this.#reach(event);
    if (event.message.author.id === this.me.id) this.outbox.discard(event.message.client_id);
    this.reading.consider();
  }

  // A history that is not live has a gap before what happens now: it gets all of it when it is opened again.
  #upsert(room, message) {
    const timeline = this.#timelines.get(room);
    if (timeline?.live) timeline.upsert(message, room !== this.shown || this.following);
  }

  #reach({ room, version }) {
    const timeline = this.#timelines.get(room);
    if (timeline?.live) timeline.reach(version);
  }

  #gained(room) {
    this.rooms.put(room);
    if (room.id !== this.shown || !this.lost) return;
    this.lost = false;
    this.changed();
    this.#enter();
  }

  #lost(id) {
    this.rooms.remove(id);
    this.#timelines.delete(id);
    if (id !== this.shown) return;
    this.lost = true;
    this.roster.clear();
    this.changed();
  }

  #disconnected() {
    for (const timeline of this.#timelines.values()) timeline.live = false;
    this.roster.lostConnection();
  }

  #looked() {
    if (!document.hidden) this.reading.consider();
    else if (this.following) this.timeline.mark(this.timeline.last);
  }

  #markNew() {
    this.timeline.mark(this.room?.unread ? this.room.last_read : null);
  }

  #forgetOldest() {
    const { timeline } = this;
    this.#timelines.delete(this.shown);
    this.#timelines.set(this.shown, timeline); // a Map keeps its order: the last shown is now the last
    const [oldest] = this.#timelines.keys();
    if (this.#timelines.size > TIMELINES_KEPT) this.#timelines.delete(oldest);
  }
}
