import { leaveEarlier, noteShown } from "../connection/shown-rooms.js";
import { fetchJson } from "../lib/fetch-json.js";
import { gettext } from "../lib/i18n.js";
import { Observable } from "../lib/observable.js";
import { isSame, userOf } from "../rules/user-updates.js";
import { Blocks } from "./blocks.js";
import { Conversation } from "./conversation.js";
import { Drafts } from "./drafts.js";
import { MessageActions } from "./message-actions.js";
import { Outbox } from "./outbox.js";
import { Partners } from "./partners.js";
import { Pins } from "./pins.js";
import { ReactionAnnouncer } from "./reaction-announcer.js";
import { Reports } from "./reports.js";
import { RoomPreferences } from "./room-preferences.js";
import { Rooms } from "./rooms.js";
import { Roster } from "./roster.js";
import { RosterFold } from "./roster-fold.js";
import { SidePanel } from "./side-panel.js";
import { SlowMode } from "./slow-mode.js";
import { Status } from "./status.js";
import { Timelines } from "./timelines.js";
import { Typing } from "./typing.js";

const TRY_AGAIN = 2000; // ms

// What the tab knows: the rooms, the one that it shows, its conversation and its people. It turns the server's events
// into changes of these.
export class Chat extends Observable {
  #timelines = new Timelines();
  #covered = false;

  constructor({ me, blocked, room, rooms, page, version, urls, authority, administrator }, socket) {
    super();
    this.me = me;
    this.urls = urls;
    this.authority = authority; // what each role may do
    this.isAdministrator = administrator;
    this.socket = socket;
    this.limits = {};
    this.shown = room.id;
    this.lost = null; // where the person is no member of the shown room any more: the room, and how it ended
    this.blocks = new Blocks(socket, blocked); // before the others: it hears of blocks before what they count
    this.rooms = new Rooms(me, rooms, this.blocks);
    this.partners = new Partners(socket);
    this.roster = new Roster((members) => socket.command("roster.page", { room: this.shown, ...members }));
    this.rosterFold = new RosterFold(me);
    this.status = new Status(socket);
    this.typing = new Typing(me, this.blocks);
    this.pins = new Pins(this);
    this.outbox = new Outbox(socket, me);
    this.drafts = new Drafts(me);
    this.acts = new MessageActions(this);
    this.keeping = new RoomPreferences(this);
    this.slow = new SlowMode(this);
    this.reports = new Reports(this);
    this.side = new SidePanel(this);
    this.reacting = new ReactionAnnouncer(this); // before the messages change: it tells what is new in them
    this.timeline.reset(page, version);
    this.#begin();
    this.#listen();
  }

  get room() {
    return this.rooms.get(this.shown);
  }

  get timeline() {
    return this.#timelines.of(this.shown);
  }

  // Whether something lies over the conversation, so that nobody reads it.
  get covered() {
    return this.#covered;
  }

  set covered(covered) {
    this.#covered = covered;
    this.#consider();
  }

  // Whether a message counts as unread for the person until they have read it.
  counts({ author, kind, deleted }) {
    return author.id !== this.me.id && kind !== "notice" && !deleted && !this.blocks.has(author.id);
  }

  urlOf(id) {
    return this.urls.room.replace("/0/", `/${id}/`);
  }

  // What is known of somebody with whom the person shares a room, and how they stand in the shown one.
  fetchPerson(id) {
    return fetchJson(this.urls.person.replace("/0/", `/${id}/`), { room: this.shown });
  }

  // Something about the shown room, from below its address.
  fetch(path, query) {
    return fetchJson(this.urlOf(this.shown) + path, query);
  }

  show(id) {
    if (id === this.shown || !this.rooms.get(id)) return;
    this.side.close();
    this.conversation.reading.leave();
    this.shown = id;
    this.lost = null;
    this.roster.clear();
    this.typing.clear();
    this.reacting.clear();
    this.#timelines.show(id);
    this.#begin();
    this.changed();
    this.enter();
  }

  // Public rooms that the person has not joined, by name.
  async publicRooms(wanted) {
    const { rooms } = await fetchJson(this.urls.publicRooms, { q: wanted });
    return rooms.filter(({ id }) => !this.rooms.get(id));
  }

  // The public room of that name, which is created where there is none.
  async join(name) {
    const { room } = await this.socket.command("room.join", { name });
    this.rooms.put(room);
    return room.id;
  }

  // The conversation with these people, who may be none: notes to oneself.
  async openDirect(people) {
    const { room } = await this.socket.command("direct.open", { people: people.map(({ id }) => id) });
    this.rooms.put(room);
    return room.id;
  }

  // Leads to a message, wherever it stands: in the room, in a thread, further up in either.
  async lead({ id, position, thread }) {
    const open = this.side.thread;
    try {
      if (open?.timeline.find(id)) await open.jump({ id });
      else if (this.timeline.find(id)) await this.conversation.jump({ id });
      else if (position === undefined) await this.#leadToStranger(id);
      else if (thread) await this.side.openThread(thread).jump({ id });
      else await this.conversation.jump({ id, position });
    } catch {
      this.complain(gettext("That message could not be fetched."));
    }
  }

  // A message as the server tells it now, from an event or an ack.
  put(room, message) {
    const { thread } = this.side;
    this.slow.note(room, message);
    const following = room !== this.shown || this.conversation.following;
    if (!message.thread) this.#timelines.live(room)?.upsert(message, following);
    if (room !== this.shown) return;
    thread?.upsert(message);
    this.pins.upsert(message);
  }

  // Says to the person that something was not done.
  complain(words) {
    this.dispatchEvent(new CustomEvent("complaint", { detail: words }));
  }

  // Brings the shown room up to date, and hears of what happens there from then on; with null, by its latest page.
  async enter(since = this.timeline.version) {
    const { timeline, shown } = this;
    try {
      const { room } = await this.socket.command("room.open", { room: shown, since });
      noteShown(shown);
      timeline.live = true;
      this.rooms.put(room);
      this.conversation.reading.consider();
      this.conversation.arrive();
      this.reports.load();
      this.dispatchEvent(new Event("entered"));
    } catch (error) {
      this.#notEntered(shown, since, error);
    }
  }

  // What begins with each room that is shown.
  #begin() {
    const { room } = this;
    this.conversation = new Conversation(this, this.timeline);
    this.timeline.mark(room?.unread ? room.last_read : null);
    for (const message of this.timeline.messages) this.slow.note(this.shown, message);
    this.pins.clear();
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
    this.#on("member.left", (event) => this.#timelines.reach(event) ?? this.#here(event, () => this.#left(event.user)));
    this.#on("room.changed", (event) => this.#settled(event));
    this.#on("blocks.changed", ({ rooms }) => this.#recounted(rooms));
    this.#on("user.changed", ({ user }) => this.#renamed(user));
    this.#on("room.reset", (event) => this.#reset(event));
    this.#on("room.gained", ({ room }) => this.#gained(room));
    this.#on("room.kept", (event) => this.rooms.kept(event));
    this.#on("room.lost", (event) => this.#lost(event));
    this.#on("read.moved", (event) => this.#moved(event));
    this.#on("thread.moved", (event) => this.#threadMoved(event));
    this.#on("typing.started", (event) => this.#here(event, () => this.typing.started(event)));
    this.#on("typing.stopped", (event) => this.#here(event, () => this.typing.stopped(event)));
    this.#on("presence.snapshot", (event) => this.#here(event, () => this.#met(event) ?? this.roster.snapshot(event)));
    this.#on("presence.changed", (event) => this.#here(event, () => this.#met(event) ?? this.roster.change(event)));
    this.#on("presence.counted", ({ rooms }) => this.rooms.counted(rooms));
    this.socket.addEventListener("change", () => this.socket.state === "open" || this.#disconnected());
    this.blocks.addEventListener("change", () => this.changed());
    this.outbox.addEventListener("stored", ({ detail }) => this.put(detail.room, detail.message));
    document.addEventListener("visibilitychange", () => this.#consider());
    for (const type of ["focus", "blur"]) addEventListener(type, () => this.#consider());
    addEventListener("pagehide", () => this.conversation.reading.leave());
  }

  #on(type, handle) {
    this.socket.addEventListener(type, ({ detail }) => handle(detail));
  }

  #here({ room }, handle) {
    if (room === this.shown) handle();
  }

  // Somebody's role, or whether they may write; one's own is the room's as one sees it.
  #standing(event) {
    this.#timelines.reach(event);
    if (event.muted) this.#here(event, () => this.typing.left(event.user));
    if (event.user.id !== this.me.id) return;
    this.rooms.standing(event);
    this.#here(event, () => this.changed());
    this.#here(event, () => this.reports.load());
    this.outbox.hurry(event.room);
  }

  #settled(event) {
    this.#timelines.reach(event);
    this.rooms.settled(event);
    this.#here(event, () => this.changed());
    this.outbox.hurry(event.room);
  }

  // Somebody is called otherwise now, or has another picture: in all that is shown.
  #renamed(user) {
    if (user.id === this.me.id) Object.assign(this.me, { picture: undefined }, user);
    this.#timelines.renamed(user);
    this.side.thread?.renamed(user);
    this.pins.renamed(user);
    this.rooms.renamed(user);
  }

  // The sidebar tells how somebody is called, too: word of a change may have been lost.
  #met({ people }) {
    for (const person of people) {
      const known = this.roster.find(person.id);
      if (known && !isSame(known, person)) this.#renamed(userOf(person));
    }
  }

  #left(user) {
    this.typing.left(user);
    this.roster.left(user);
  }

  #greeted({ user, rooms, limits }) {
    this.limits = limits;
    this.rooms.replace(rooms, this.shown);
    this.#renamed(user);
    leaveEarlier(this.socket, () => this.shown);
    this.enter();
    this.outbox.sendAll();
    this.changed();
  }

  #notEntered(id, since, error) {
    if (id !== this.shown || error.code === "unsent") return;
    if (error.retry) setTimeout(() => id === this.shown && this.enter(since), error.wait ?? TRY_AGAIN);
    else this.#lost({ room: id });
  }

  #posted(event) {
    const { room, message } = event;
    if (room === this.shown && !message.thread && this.counts(message)) this.conversation.markArrival();
    this.rooms.posted(event, this.#isBeingRead(event));
    this.put(room, message);
    this.#timelines.reach(event);
    if (message.author.id === this.me.id) this.outbox.discard(message.client_id);
    if (room !== this.shown) return;
    this.typing.stopped({ user: message.author, thread: message.thread });
    this.conversation.reading.consider();
  }

  #turned(event) {
    this.rooms.turned(event, this.#isBeingRead(event));
    this.put(event.room, event.message);
    this.#timelines.reach(event);
  }

  // Messages changed, and the event does not bring them whole; `amend` is for each list of messages that is shown.
  #amended(event, amend) {
    const isHere = event.room === this.shown;
    const lists = [this.#timelines.live(event.room), isHere && this.side.thread, isHere && this.pins];
    for (const list of lists.filter(Boolean)) amend(list);
    this.rooms.reached(event);
    this.#timelines.reach(event);
  }

  // Several messages were deleted.
  #deleted(event) {
    this.rooms.takenBack(event);
    this.#timelines.get(event.room)?.deleted(event);
    this.#timelines.reach(event);
    this.#here(event, () => {
      this.side.thread?.deleted(event);
      this.pins.deleted(event);
    });
  }

  // Several messages are gone for good.
  #removed(event) {
    this.rooms.takenBack(event);
    this.#timelines.get(event.room)?.removed(event);
    this.#timelines.reach(event);
    this.#here(event, () => {
      if (this.side.thread?.removed(event)) this.side.close();
      this.pins.removed(event);
    });
  }

  // A thread is only being read while it is open.
  #isBeingRead({ room, message: { thread } }) {
    if (room !== this.shown) return false;
    if (!thread) return this.conversation.reading.isCaughtUp;
    return this.side.thread?.thread === thread && this.side.thread.reading.isCaughtUp;
  }

  // What was missed is not told one by one: whatever else is shown of the room is asked for anew.
  #reset({ room, page, version }) {
    this.#timelines.get(room)?.reset(page, version);
    if (room !== this.shown) return;
    this.conversation.arrive();
    this.side.thread?.load();
    this.pins.load();
  }

  #moved(event) {
    const { room, position, marks = 0 } = event;
    const known = this.rooms.get(room);
    const isMarked = marks > (known?.marks ?? 0) || position < known?.last_read;
    if (room === this.shown && isMarked) this.conversation.hold(position);
    this.rooms.moved(event, room === this.shown && this.conversation.reading.isCaughtUp);
    if (room === this.shown && !isMarked && position > known?.last_read) this.conversation.reading.release();
  }

  #threadMoved(event) {
    this.rooms.threadMoved(event);
    if (this.side.thread?.thread === event.message) this.side.thread.moved(event.position);
  }

  #recounted(rooms) {
    this.rooms.recounted(rooms);
    this.#consider();
  }

  #gained(room) {
    this.rooms.put(room);
    if (room.id !== this.shown || !this.lost) return;
    this.lost = null;
    this.changed();
    this.enter();
  }

  // `how`, `by` and `reason` where somebody else ended it.
  #lost({ room: id, how, by, reason }) {
    const room = this.rooms.get(id);
    this.rooms.remove(id);
    this.#timelines.delete(id);
    if (id !== this.shown) return;
    this.lost = { room, how, by, reason };
    this.roster.clear();
    this.typing.clear();
    this.side.close();
    this.changed();
  }

  #disconnected() {
    this.#timelines.lostConnection();
    this.conversation.reading.lostConnection();
    this.side.thread?.reading.lostConnection();
    this.roster.lostConnection();
    this.typing.clear();
  }

  // Whether something more has been read.
  #consider() {
    this.conversation.reading.consider();
    this.side.thread?.reading.consider();
  }

  async #leadToStranger(id) {
    const { root } = await this.fetch(`messages/${id}/thread/`);
    await this.lead({ id, position: root.position, thread: root.thread });
  }
}
