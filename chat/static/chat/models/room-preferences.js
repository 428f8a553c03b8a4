import { orderWith, roomsInSight, sectionOf } from "../rules/room-sections.js";

// The user's settings for the rooms in their list. Each change comes back to all of their tabs as `room.kept`.
export class RoomPreferences {
  #chat;

  constructor(chat) {
    this.#chat = chat;
  }

  // `changes` has some of { quiet, favourite, put_away }.
  keep(room, changes) {
    return this.#tried("room.keep", { room: room.id, ...changes });
  }

  // Moves a room before or after another room of its section.
  async move(room, other, isAfter) {
    const { rooms } = this.#chat;
    const before = rooms.sorted.filter(({ place }) => place).map(({ id }) => id);
    const ordered = orderWith(rooms.sorted, room, other, isAfter);
    rooms.place(ordered);
    if (!(await this.#tried("rooms.order", { rooms: ordered }))) rooms.place(before);
  }

  // The room one step up (-1) or down (1) in its section, if there is one.
  neighbour(room, step) {
    const section = roomsInSight(this.#chat).filter((each) => sectionOf(each) === sectionOf(room));
    return section[section.findIndex(({ id }) => id === room.id) + step];
  }

  // The room to switch to when this one disappears from the list.
  another(room) {
    return roomsInSight(this.#chat).find(({ id }) => id !== room.id);
  }

  async #tried(type, members) {
    try {
      return await this.#chat.socket.command(type, members);
    } catch (error) {
      this.#chat.complain(error.message);
      return null;
    }
  }
}
