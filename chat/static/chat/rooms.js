import { Model } from "./model.js";

const UNREAD_LIMIT = 1000; // the server counts no further
const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

// The rooms that the person is a member of, with what is theirs: unread, last read, how many are there now.
export class Rooms extends Model {
  #me;
  #rooms = new Map();
  #sorted = null; // made when it is asked for: of a thousand rooms, every message changes one

  constructor(me, rooms) {
    super();
    this.#me = me;
    this.replace(rooms);
  }

  get sorted() {
    this.#sorted ??= [...this.#rooms.values()].sort((a, b) => byName.compare(a.name, b.name));
    return this.#sorted;
  }

  get unread() {
    return [...this.#rooms.values()].reduce((sum, room) => sum + room.unread, 0);
  }

  get(id) {
    return this.#rooms.get(id);
  }

  named(name) {
    const wanted = name.toLowerCase();
    return this.sorted.find((room) => room.kind === "public" && room.name.toLowerCase() === wanted);
  }

  replace(rooms) {
    this.#rooms = new Map(rooms.map((room) => [room.id, room]));
    this.changed();
  }

  put(room) {
    this.#rooms.set(room.id, room);
    this.changed();
  }

  remove(id) {
    this.#rooms.delete(id);
    this.changed();
  }

  // What came before the count was made is in it already: a replay after a reconnect adds nothing.
  posted({ room: id, version, message }, isBeingRead) {
    const room = this.get(id);
    if (!room || version <= room.version) return;
    const counts = message.author.id !== this.#me.id && message.kind !== "notice" && !isBeingRead;
    this.#update(id, { version, unread: Math.min(UNREAD_LIMIT, room.unread + (counts ? 1 : 0)) });
  }

  moved({ room, position, unread }, isBeingRead) {
    this.#update(room, { last_read: position, unread: isBeingRead ? 0 : unread });
  }

  seen(id) {
    if (this.get(id)?.unread) this.#update(id, { unread: 0 });
  }

  settled({ room, settings }) {
    this.#update(room, settings);
  }

  // Of rooms that are not in `counts` nothing changed; null: nobody knows any more.
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

  #update(id, values) {
    const room = this.get(id);
    if (room) this.put({ ...room, ...values });
  }
}
