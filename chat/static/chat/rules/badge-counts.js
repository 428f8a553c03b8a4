/**
 * What of a room's counts is shown, as chat/queries/room_list.py has it. Of a quiet room mentions alone; in a direct conversation
 * every message is one.
 * @param {Pick<Room, "unread" | "mentions" | "quiet" | "people">} room
 */
export function waitingIn({ unread, mentions, quiet, people }) {
  if (quiet) return { unread: mentions, mentions };
  return { unread, mentions: people ? unread : mentions };
}
