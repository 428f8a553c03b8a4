import { now } from "../lib/clock.js";

/**
 * Returns why the user cannot post in a room: { why, until, reason, user }, or null if they can. `mayAlways`: the user
 * moderates it.
 * @param {Room | undefined} room
 * @param {boolean} mayAlways
 * @param {{ has(id: number): boolean }} blocks
 * @returns {{ why: string, until?: string, reason?: string, user?: User, people?: User[] } | null}
 */
export function postingBlockOf(room, mayAlways, blocks) {
  const { archived, locked, muted, read_only: isReadOnly } = room ?? {};
  if (archived) return { why: "archived" };
  if (room?.people?.length && room.people.every(({ deleted }) => deleted))
    return { why: "deleted", people: room.people };
  const user = room?.people?.length === 1 ? room.people[0] : null; // in a direct conversation
  if (user && blocks.has(user.id)) return { why: "blocked", user };
  if (muted && Date.parse(muted.until) > now()) return { why: "muted", ...muted };
  if (locked && !mayAlways) return { why: "locked" };
  return isReadOnly && !mayAlways ? { why: "read_only" } : null;
}
