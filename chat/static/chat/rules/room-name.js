import { gettext } from "../lib/i18n.js";
import { fullName } from "./full-name.js";

/**
 * Returns the name of a room: a direct conversation is named after its people, as in chat/queries/room_list.py.
 * @param {Pick<Room, "name" | "people"> | undefined} room
 */
export function nameOf(room) {
  if (!room?.people) return room?.name;
  return room.people.map(({ name }) => name).join(", ") || gettext("Notes to self");
}

/**
 * Returns the name with usernames, for the open room.
 * @param {Pick<Room, "name" | "people">} room
 */
export function fullNameOf(room) {
  return room.people?.length ? room.people.map(fullName).join(", ") : nameOf(room);
}
