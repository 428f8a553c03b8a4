import { Observable } from "../lib/observable.js";
import { waitingIn } from "../rules/badge-counts.js";
import { tells } from "../rules/mentions.js";
import { nameOf } from "../rules/room-name.js";
import { withUser } from "../rules/user-updates.js";

const LIMIT = 1000; // the server counts no further
const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/**
 * Those that the person put in their place first. (Of two without one the difference is NaN: then the names decide.)
 * @param {Room} a
 * @param {Room} b
 */
const inOrder = (a, b) =>
  (a.place ?? Infinity) - (b.place ?? Infinity) || byName.compare(nameOf(a) ?? "", nameOf(b) ?? "");

/** @typedef {"unread" | "mentions" | "threads"} Count */

// The rooms that the person is a member of, with what is theirs: what is unread, what tells them, their
// threads, and how many are there now.
export class Rooms extends Observable {
  #me;
  #blocks;
  /** @type {Map<number, Room>} */
  #rooms = new Map();
  /** @type {Map<number, Message>} */
  #replies = new Map(); // those that were counted here, by id
  /** @type {Set<number>} */
  #deleted = new Set(); // ids of messages that were taken back
  /** @type {Map<number, number>} */
  #turning = new Map(); // the version of the latest change, by room
  /** @type {Room[] | null} */
  #sorted = null; // made when it is asked for: of a thousand rooms, every message changes one

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
   * The server leaves out what is put away and says nothing new: such a room stays where it is the shown one.
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
   * What came before the count was made is in it already: a replay after a reconnect adds nothing.
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
   * What was counted and then deleted does not count any more. What was posted and changed before anybody told of it
   * comes as one event.
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
   * Something happened that no count depends on.
   * @param {{ room: number, version: number }} event
   */
  reached({ room: id, version }) {
    if (version > (this.get(id)?.version ?? Infinity)) this.#update(id, { version });
  }

  /**
   * Several were deleted at once, or are gone for good: of those that may have counted, the event says enough.
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
   * The counts as the server has them, after a person was blocked or unblocked.
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
   * What is off is not in the settings at all.
   * @param {{ room: number, settings: Partial<Room> }} event
   */
  settled({ room, settings }) {
    const off = { description: "", emoji: "", read_only: false, locked: false, slow: 0, archived: false };
    this.#update(room, { ...off, ...settings });
  }

  /**
   * How the person keeps it, as a whole: what is not named is off.
   * @param {{ room: number } & Pick<Room, "quiet" | "favourite" | "put_away" | "place">} event
   */
  kept({ room, quiet, favourite, put_away, place }) {
    this.#update(room, { quiet, favourite, put_away, place });
  }

  /**
   * The order that the person has just given, before the server tells of it: one may move on at once.
   * @param {number[]} ids
   */
  place(ids) {
    const places = new Map(ids.map((id, index) => [id, index + 1]));
    for (const [id, room] of this.#rooms) this.#rooms.set(id, { ...room, place: places.get(id) });
    this.changed();
  }

  /**
   * Somebody with whom there are direct conversations, perhaps.
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
   * Of rooms that are not in `counts` nothing changed; null: nobody knows any more.
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
   * What was deleted together and comes row by row, as it does after a gap, has one version.
   * @param {Room} room
   * @param {number} version
   */
  #isKnown(room, version) {
    const isNext = version > room.version;
    if (isNext) this.#turning.set(room.id, version);
    return !isNext && this.#turning.get(room.id) !== version;
  }

  /**
   * Whether nothing that this author says counts.
   * @param {number} author
   */
  #isSilent(author) {
    return author === this.#me.id || this.#blocks.has(author);
  }

  /**
   * Which of the room's counts a message raises, if any.
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
   * A tombstone changes again when its thread does: it is taken back once. Of a reply only this page can tell that it
   * counted, since each thread is read by itself.
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
