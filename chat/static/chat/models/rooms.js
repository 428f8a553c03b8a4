import { Observable } from "../lib/observable.js";
import { waitingIn } from "../rules/badge-counts.js";
import { tells } from "../rules/mentions.js";
import { nameOf } from "../rules/room-name.js";
import { withUser } from "../rules/user-updates.js";

const LIMIT = 1000; // the server counts no further
const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/**
 * Orders rooms with a place first. (Without places the difference is NaN, so the names decide.)
 * @param {Room} a
 * @param {Room} b
 */
const inOrder = (a, b) =>
  (a.place ?? Infinity) - (b.place ?? Infinity) || byName.compare(nameOf(a) ?? "", nameOf(b) ?? "");

/** @typedef {"unread" | "mentions" | "threads"} Count */

// The user's rooms, with counts of unread messages, mentions and threads, and how many people are there now.
export class Rooms extends Observable {
  #me;
  #blocks;
  /** @type {Map<number, Room>} */
  #rooms = new Map();
  /** @type {Map<number, Message>} */
  #replies = new Map(); // replies that this page counted, by id
  /** @type {Set<number>} */
  #deleted = new Set(); // ids of messages that were subtracted
  /** @type {Map<number, number>} */
  #turning = new Map(); // the version of the latest change, by room
  /** @type {Room[] | null} */
  #sorted = null; // computed on demand: of a thousand rooms, each message changes one

  /**
   * @param {User} me
   * @param {Room[]} rooms
   * @param {{ has(id: number): boolean }} blocks
   */
  constructor(me, rooms, blocks) {
    super();
    this.#me = me;
    this.#blocks = blocks;
    this.replace(rooms);
  }

  get sorted() {
    this.#sorted ??= [...this.#rooms.values()].sort(inOrder);
    return this.#sorted;
  }

  get unread() {
    return this.#sum("unread");
  }

  get mentions() {
    return this.#sum("mentions");
  }

  /** @param {number | undefined} id */
  get(id) {
    return id === undefined ? undefined : this.#rooms.get(id);
  }

  /** @param {string} name */
  named(name) {
    return this.sorted.find((room) => room.kind === "public" && room.name === name);
  }

  /**
   * Replaces the list. The server leaves out rooms that are put away and have no news; such a room stays if it is open.
   * @param {Room[]} rooms
   * @param {number} [shown]
   */
  replace(rooms, shown) {
    this.#turning.clear();
    const kept = this.get(shown);
    this.#rooms = new Map((kept?.put_away ? [kept, ...rooms] : rooms).map((room) => [room.id, room]));
    this.changed();
  }

  /** @param {Room} room */
  put(room) {
    this.#rooms.set(room.id, room);
    this.changed();
  }

  /** @param {number} id */
  remove(id) {
    this.#rooms.delete(id);
    this.changed();
  }

  /**
   * Counts a new message, unless it came before the server's count: a replay after a reconnect adds nothing.
   * @param {ToldEvent} event
   * @param {boolean} isBeingRead
   */
  posted({ room: id, version, message }, isBeingRead) {
    const room = this.get(id);
    if (!room || version <= room.version) return;
    const counts = !isBeingRead && !message.deleted && this.#countsOf(message).length;
    if (counts && message.thread) this.#replies.set(message.id, message);
    if (counts) this.#count(room, version, message, 1);
    else this.#update(id, { version });
  }

  /**
   * Subtracts a counted message that was deleted. A message that was posted and changed before any event comes as one
   * event.
   * @param {ToldEvent} event
   * @param {boolean} isBeingRead
   */
  turned(event, isBeingRead) {
    const { room: id, version, message } = event;
    const room = this.get(id);
    if (!room || this.#isKnown(room, version)) return;
    if (message.position > room.version) this.posted(event, isBeingRead);
    else if (this.#isTakenBack(room, message)) this.#count(room, version, message, -1);
    else this.#update(id, { version });
  }

  /**
   * Notes the version of an event that changes no count.
   * @param {{ room: number, version: number }} event
   */
  reached({ room: id, version }) {
    if (version > (this.get(id)?.version ?? Infinity)) this.#update(id, { version });
  }

  /**
   * Subtracts messages that were deleted or removed together. The event has what is needed of those that may have
   * counted.
   * @param {RemovedEvent} event
   */
  takenBack({ room: id, version, messages, counted = [] }) {
    const room = this.get(id);
    if (!room || version <= room.version) return;
    const later = counted.filter(({ position, author }) => position > room.last_read && !this.#isSilent(author));
    const telling = later.filter((message) => tells(message, this.#me));
    const replies = messages.filter((message) => this.#replies.delete(message));
    for (const message of messages) this.#deleted.add(message);
    /** @type {(count: Count, by: number) => number} */
    const less = (count, by) => bounded((room[count] ?? 0) - by);
    const [unread, mentions] = [less("unread", later.length), less("mentions", telling.length)];
    this.#update(id, { version, unread, mentions, threads: less("threads", replies.length) });
  }

  /**
   * @param {{ room: number, position: number, marks?: number, unread: number, mentions: number }} event
   * @param {boolean} isBeingRead
   */
  moved({ room, position, marks, unread, mentions }, isBeingRead) {
    const counts = isBeingRead ? { unread: 0, mentions: 0 } : { unread, mentions };
    this.#update(room, { last_read: position, marks, ...counts });
  }

  /**
   * Takes over the server's counts after a user was blocked or unblocked.
   * @param {({ room: number } & Pick<Room, Count>)[]} rooms
   */
  recounted(rooms) {
    for (const { room, ...counts } of rooms) this.#update(room, counts);
  }

  /** @param {{ room: number, message: number, position: number, threads: number }} event */
  threadMoved({ room, message: thread, position, threads }) {
    for (const reply of this.#replies.values()) {
      if (reply.thread === thread && reply.position <= position) this.#replies.delete(reply.id);
    }
    this.#update(room, { threads });
  }

  /** @param {number} id */
  seen(id) {
    const { unread, mentions } = this.get(id) ?? {};
    if (unread || mentions) this.#update(id, { unread: 0, mentions: 0 });
  }

  /**
   * Takes over a room's settings. A setting that is off is not in the event.
   * @param {{ room: number, settings: Partial<Room> }} event
   */
  settled({ room, settings }) {
    const off = { description: "", emoji: "", read_only: false, locked: false, slow: 0, archived: false };
    this.#update(room, { ...off, ...settings });
  }

  /**
   * Takes over the user's settings for a room as a whole: a missing one is off.
   * @param {{ room: number } & Pick<Room, "quiet" | "favourite" | "put_away" | "place">} event
   */
  kept({ room, quiet, favourite, put_away, place }) {
    this.#update(room, { quiet, favourite, put_away, place });
  }

  /**
   * Applies a new order at once, before the server's event, so that the user can move rooms on.
   * @param {number[]} ids
   */
  place(ids) {
    const places = new Map(ids.map((id, index) => [id, index + 1]));
    for (const [id, room] of this.#rooms) this.#rooms.set(id, { ...room, place: places.get(id) });
    this.changed();
  }

  /**
   * Updates a user's name in direct conversations.
   * @param {User} user
   */
  renamed(user) {
    const rooms = [...this.#rooms.values()];
    const now = withUser(rooms, user);
    if (now === rooms) return;
    this.#rooms = new Map(now.map((room) => [room.id, room]));
    this.changed();
  }

  /** @param {{ room: number } & Pick<Room, "role" | "muted">} event */
  standing({ room, role, muted }) {
    this.#update(room, { role, muted });
  }

  /**
   * Takes over counts of people. A room that is not in `counts` is unchanged; null means unknown.
   * @param {Record<number, number> | null} counts
   */
  counted(counts) {
    for (const [id, room] of this.#rooms) {
      const here = counts ? (counts[id] ?? room.here) : null;
      if (here !== room.here) this.#rooms.set(id, { ...room, here });
    }
    this.changed();
  }

  changed() {
    this.#sorted = null;
    super.changed();
  }

  /**
   * Messages deleted together have one version; after a gap, they arrive row by row.
   * @param {Room} room
   * @param {number} version
   */
  #isKnown(room, version) {
    const isNext = version > room.version;
    if (isNext) this.#turning.set(room.id, version);
    return !isNext && this.#turning.get(room.id) !== version;
  }

  /**
   * Returns true if this author's messages never count.
   * @param {number} author
   */
  #isSilent(author) {
    return author === this.#me.id || this.#blocks.has(author);
  }

  /**
   * Returns the counts of the room that a message raises.
   * @param {Message} message
   * @returns {Count[]}
   */
  #countsOf(message) {
    const { author, kind, thread } = message;
    const isTold = tells(message, this.#me);
    if (this.#isSilent(author.id) || kind === "notice") return [];
    if (thread) return isTold ? ["threads"] : [];
    return isTold ? ["unread", "mentions"] : ["unread"];
  }

  /**
   * Returns true if a deletion must be subtracted. A tombstone changes again with its thread, but is subtracted once.
   * Only this page knows if a reply counted, since each thread has its own read position.
   * @param {Room} room
   * @param {Message} message
   */
  #isTakenBack(room, message) {
    if (!message.deleted || !this.#countsOf(message).length || this.#deleted.has(message.id)) return false;
    this.#deleted.add(message.id);
    return message.thread ? this.#replies.delete(message.id) : message.position > room.last_read;
  }

  /**
   * @param {Room} room
   * @param {number} version
   * @param {Message} message
   * @param {number} step
   */
  #count(room, version, message, step) {
    const counts = this.#countsOf(message).map((count) => [count, bounded((room[count] ?? 0) + step)]);
    this.#update(room.id, { version, ...Object.fromEntries(counts) });
  }

  /** @param {"unread" | "mentions"} count */
  #sum(count) {
    const listed = [...this.#rooms.values()].filter(({ archived }) => !archived);
    return listed.reduce((sum, room) => sum + (waitingIn(room)[count] ?? 0), 0);
  }

  /**
   * @param {number} id
   * @param {Partial<Room>} values
   */
  #update(id, values) {
    const room = this.get(id);
    if (room) this.put({ ...room, ...values });
  }
}

/** @param {number} count */
const bounded = (count) => Math.min(LIMIT, Math.max(0, count));
