import { orderWith, roomsInSight, sectionOf } from "../rules/room-sections.js";

// How the person keeps the rooms in their list. What is decided comes back as `room.kept`, to all of their tabs.
export class RoomPreferences {
  #chat;

  constructor(chat) {
    this.#chat = chat;
  }

  // `changes`: { quiet, favourite, put_away }, of which some are named.
  keep(room, changes) {
    return this.#tried("room.keep", { room: room.id, ...changes });
  }

  // To before or after another room of its section.
  async move(room, other, isAfter) {
    const { rooms } = this.#chat;
    const before = rooms.sorted.filter(({ place }) => place).map(({ id }) => id);
    const ordered = orderWith(rooms.sorted, room, other, isAfter);
    rooms.place(ordered);
    if (!(await this.#tried("rooms.order", { rooms: ordered }))) rooms.place(before);
  }

  // The room that stands one step up (-1) or down (1) in its section, if there is one.
  neighbour(room, step) {
    const section = roomsInSight(this.#chat).filter((each) => sectionOf(each) === sectionOf(room));
    return section[section.findIndex(({ id }) => id === room.id) + step];
  }

  // Where one is led once this room is out of sight.
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
