import { gettext } from "../lib/i18n.js";
import { fullName } from "./full-name.js";

/**
 * What a room is called: a direct conversation by the people in it, as chat/queries/room_list.py has it.
 * @param {Pick<Room, "name" | "people"> | undefined} room
 */
export function nameOf(room) {
  if (!room?.people) return room?.name;
  return room.people.map(({ name }) => name).join(", ") || gettext("Notes to self");
}

/**
 * The same with usernames, for where the room is shown.
 * @param {Pick<Room, "name" | "people">} room
 */
export function fullNameOf(room) {
  return room.people?.length ? room.people.map(fullName).join(", ") : nameOf(room);
}
