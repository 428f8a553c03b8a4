import { gettext } from "./words.js";

// What a room is called: a direct conversation by the people in it, as chat/listing.py has it.
export function nameOf(room) {
  if (!room?.people) return room?.name;
  return room.people.map(({ name }) => name).join(", ") || gettext("Notes to self");
}
