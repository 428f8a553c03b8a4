import { noteShown } from "../connection/shown-rooms.js";
import { fetchJson } from "../lib/fetch-json.js";
import { gettext } from "../lib/i18n.js";
import { Observable } from "../lib/observable.js";
import { Blocks } from "./blocks.js";
import { ChatEvents } from "./chat-events.js";
import { Conversation } from "./conversation.js";
import { Drafts } from "./drafts.js";
import { MessageActions } from "./message-actions.js";
import { Outbox } from "./outbox.js";
import { Partners } from "./partners.js";
import { Pins } from "./pins.js";
import { Ranks } from "./ranks.js";
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

// The tab's state: the rooms, the open room, its conversation and its members. The server's events change it
// (models/chat-events.js).
export class Chat extends Observable {
  #timelines = new Timelines();
  #covered = false;

  constructor({ me, blocked, room, rooms, page, version, urls, permissions, administrator }, socket) {
    super();
    this.me = me;
    this.urls = urls;
    this.permissions = permissions; // permissions of each role, and more (rules/permissions.js)
    this.isAdministrator = administrator;
    this.socket = socket;
    this.limits = {};
    this.shown = room.id;
    // set when the user is no longer a member of the open room: the room, and how the membership ended
    this.lost = null;
    this.blocks = new Blocks(socket, blocked); // first, since it must know of blocks before the others count
    this.rooms = new Rooms(me, rooms, this.blocks);
    this.partners = new Partners(socket);
    this.roster = new Roster((members) => socket.command("roster.page", { room: this.shown, ...members }));
    this.rosterFold = new RosterFold(me);
    this.status = new Status(socket);
    this.typing = new Typing(me, this.blocks);
    this.pins = new Pins(this);
    this.outbox = new Outbox(socket, me);
    this.drafts = new Drafts(me);
    this.ranks = new Ranks();
    this.acts = new MessageActions(this);
    this.keeping = new RoomPreferences(this);
    this.slow = new SlowMode(this);
    this.reports = new Reports(this);
    this.side = new SidePanel(this);
    this.reacting = new ReactionAnnouncer(this); // before messages change, so that it can compare
    this.timeline.reset(page, version);
    this.#begin();
    new ChatEvents(this, this.#timelines);
  }

  get room() {
    return this.rooms.get(this.shown);
  }

  get timeline() {
    return this.#timelines.of(this.shown);
  }

  // True if an overlay covers the conversation, so that it is not being read.
  get covered() {
    return this.#covered;
  }

  set covered(covered) {
    this.#covered = covered;
    this.consider();
  }

  // True if a message counts as unread for the user until they have read it.
  counts({ author, kind, deleted }) {
    return author.id !== this.me.id && kind !== "notice" && !deleted && !this.blocks.has(author.id);
  }

  urlOf(id) {
    return this.urls.room.replace("/0/", `/${id}/`);
  }

  // Profile of a user who shares a room with the user, and their standing in the open room.
  fetchPerson(id) {
    return fetchJson(this.urls.person.replace("/0/", `/${id}/`), { room: this.shown });
  }

  // Data about the open room, from below its address.
  fetch(path, query) {
    return fetchJson(this.urlOf(this.shown) + path, query);
  }

  show(id) {
    if (id === this.shown || !this.rooms.get(id)) return;
    this.side.close();
    this.conversation.reading.leave();
    this.shown = id;
    this.lost = null;
    this.ranks.forget();
    this.roster.clear();
    this.typing.clear();
    this.reacting.clear();
    this.#timelines.show(id);
    this.#begin();
    this.changed();
    this.enter();
  }

  // Public rooms that the user has not joined, by name.
  async publicRooms(wanted) {
    const { rooms } = await fetchJson(this.urls.publicRooms, { q: wanted });
    return rooms.filter(({ id }) => !this.rooms.get(id));
  }

  // Joins the public room of that name, and creates it if there is none.
  async join(name) {
    const { room } = await this.socket.command("room.join", { name, create: true });
    this.rooms.put(room);
    return room.id;
  }

  // Opens the conversation with these users; without users, notes to oneself.
  async openDirect(people) {
    const { room } = await this.socket.command("direct.open", { people: people.map(({ id }) => id) });
    this.rooms.put(room);
    return room.id;
  }

  // Opens a message anywhere: in the room, in a thread, further up in either.
  async lead({ id, position, thread }) {
    const open = this.side.thread;
    try {
      if (open?.timeline.find(id)) await open.jump({ id });
      else if (this.timeline.find(id)) await this.conversation.jump({ id });
      else if (position === undefined) await this.#leadToStranger(id);
      else if (thread) await this.side.openThread(thread).jump({ id });
      else await this.conversation.jump({ id, position });
    } catch {
      this.complain(gettext("Couldn’t load this message."));
    }
  }

  // A message's current state, from an event or an ack.
  put(room, message) {
    const { thread } = this.side;
    this.slow.note(room, message);
    this.drafts.dropEditsOfDeleted([message]);
    const following = room !== this.shown || this.conversation.following;
    if (!message.thread) this.#timelines.live(room)?.upsert(message, following);
    if (room !== this.shown) return;
    thread?.upsert(message);
    this.pins.upsert(message);
  }

  // Shows an error to the user.
  complain(words) {
    this.dispatchEvent(new CustomEvent("complaint", { detail: words }));
  }

  // Brings the open room up to date and subscribes to its events; null loads its latest page.
  async enter(since = this.timeline.version) {
    const { timeline, shown } = this;
    try {
      const { room, ranks } = await this.socket.command("room.open", { room: shown, since });
      this.ranks.replace(shown, ranks);
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

  // Starts the conversation of a room that was just opened.
  #begin() {
    const { room } = this;
    this.conversation = new Conversation(this, this.timeline);
    this.timeline.mark(room?.unread ? room.last_read : null);
    for (const message of this.timeline.messages) this.slow.note(this.shown, message);
    this.drafts.dropEditsOfDeleted(this.timeline.messages);
    this.pins.clear();
  }

  #notEntered(id, since, error) {
    if (id !== this.shown || error.code === "unsent") return;
    if (error.retry) setTimeout(() => id === this.shown && this.enter(since), error.wait ?? TRY_AGAIN);
    else this.lose({ room: id });
  }

  // `how`, `by` and `reason` are set if another user ended the membership.
  lose({ room: id, how, by, reason }) {
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

  // Checks if more has been read.
  consider() {
    this.conversation.reading.consider();
    this.side.thread?.reading.consider();
  }

  async #leadToStranger(id) {
    const { root } = await this.fetch(`messages/${id}/thread/`);
    await this.lead({ id, position: root.position, thread: root.thread });
  }
}
