/**
 * Returns the visible part of a room's counts, like chat/queries/room_list.py. A quiet room shows only mentions; in a
 * direct conversation every message counts as one.
 * @param {Pick<Room, "unread" | "mentions" | "quiet" | "people">} room
 */
export function waitingIn({ unread, mentions, quiet, people }) {
  if (quiet) return { unread: mentions, mentions };
  return { unread, mentions: people ? unread : mentions };
}
