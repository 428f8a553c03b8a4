import { gettext } from "../lib/i18n.js";
import { rankOf, searchKey } from "./name-search.js";
import { nameOf } from "./room-name.js";

/**
 * @typedef {"favourites" | "rooms" | "directs"} Section
 * @typedef {{ sorted: Room[] }} Listed
 */

/**
 * The sections of the list of rooms, in display order.
 * @type {Section[]}
 */
export const SECTIONS = ["favourites", "rooms", "directs"];

/** @param {Section} section */
export function titleOf(section) {
  const titles = {
    favourites: gettext("Favourites"),
    rooms: gettext("Rooms"),
    directs: gettext("Direct messages"),
  };
  return titles[section];
}

/**
 * @param {Pick<Room, "favourite" | "people">} room
 * @returns {Section}
 */
export function sectionOf({ favourite, people }) {
  if (favourite) return "favourites";
  return people ? "directs" : "rooms";
}

/**
 * Returns the rooms in the list.
 * @param {{ rooms: Listed, shown?: number }} chat
 */
export function roomsInSight({ rooms, shown }) {
  return rooms.sorted.filter((room) => room.id === shown || isInSight(room));
}

/**
 * Returns the rooms whose name, or whose people's names, match the typed text, the best match first.
 * @param {{ rooms: Listed }} chat
 * @param {string} wanted
 */
export function roomsNamed({ rooms }, wanted) {
  const ranked = rooms.sorted
    .map((room) => ({ room, rank: rankOf(keyOf(room), wanted) }))
    .filter(({ room, rank }) => rank === 4 || (rank && isInSight(room)));
  return ranked.sort((a, b) => b.rank - a.rank).map(({ room }) => room);
}

/** @param {Room} room */
function keyOf(room) {
  return searchKey(nameOf(room) ?? "", ...(room.people ?? []).flatMap(({ name, username }) => [name, username]));
}

/**
 * Returns true if a room is visible: one that was put away reappears while it has news.
 * @param {Room} room
 */
function isInSight({ archived, put_away: isPutAway, unread, threads }) {
  return !archived && (!isPutAway || unread > 0 || threads > 0);
}

/**
 * Returns the ids of all rooms with a place, once `moved` is before or after another room of its section. All rooms of
 * that section get places; in other sections, rooms without a place stay without.
 * @param {Room[]} sorted
 * @param {Room} moved
 * @param {Room} other
 * @param {boolean} isAfter
 */
export function orderWith(sorted, moved, other, isAfter) {
  const ordered = SECTIONS.flatMap((section) => {
    const rooms = sorted.filter((room) => sectionOf(room) === section);
    return section === sectionOf(moved) ? withMoved(rooms, moved, other, isAfter) : rooms.filter(({ place }) => place);
  });
  return ordered.map(({ id }) => id);
}

/**
 * @param {Room[]} rooms
 * @param {Room} moved
 * @param {Room} other
 * @param {boolean} isAfter
 */
function withMoved(rooms, moved, other, isAfter) {
  const rest = rooms.filter(({ id }) => id !== moved.id);
  rest.splice(rest.findIndex(({ id }) => id === other.id) + (isAfter ? 1 : 0), 0, moved);
  return rest;
}
