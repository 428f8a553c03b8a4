import { gettext } from "../lib/i18n.js";

const MINUTE = 60_000; // ms
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// For how long: [ms, words]. 0: for good.
const MUTES = [
  [10 * MINUTE, gettext("10 minutes")],
  [HOUR, gettext("1 hour")],
  [DAY, gettext("1 day")],
  [7 * DAY, gettext("1 week")],
];
const BANS = [...MUTES, [0, gettext("For good")]];

// How long a member waits between two messages: [seconds, words].
const SLOW = [
  [0, gettext("Off")],
  [10, gettext("10 seconds")],
  [30, gettext("30 seconds")],
  [60, gettext("1 minute")],
  [300, gettext("5 minutes")],
];

// What those who run a room do: its command, its words, and what it asks: `spans` for how long, a `reason`, `seconds`.
// What has no question is done at once. `is` narrows down whom a menu offers it for.
export const ACTS = {
  mute: {
    command: "member.mute",
    item: gettext("Mute…"),
    question: gettext("Mute %(name)s?"),
    says: gettext("They can read, and write nothing here until then. The room sees it, and who did it."),
    button: gettext("Mute"),
    spans: MUTES,
    hasReason: true,
  },
  unmute: { command: "member.unmute", item: gettext("Lift the mute") },
  remove: {
    command: "member.remove",
    item: gettext("Remove…"),
    question: gettext("Remove %(name)s from the room?"),
    says: gettext("They are out at once, and may come back as anybody may. The room sees it, and who did it."),
    button: gettext("Remove"),
    hasReason: true,
    isDanger: true,
  },
  ban: {
    command: "member.ban",
    item: gettext("Ban…"),
    question: gettext("Ban %(name)s from the room?"),
    says: gettext("They are out at once, and cannot come back until then. The room sees it, and who did it."),
    button: gettext("Ban"),
    spans: BANS,
    hasReason: true,
    isDanger: true,
  },
  unban: { command: "member.unban", item: gettext("Lift the ban") },
  moderator: {
    command: "member.role",
    item: gettext("Make moderator…"),
    question: gettext("Make %(name)s a moderator?"),
    says: gettext("They can then mute, remove and ban members, delete messages, and lock the room."),
    button: gettext("Make moderator"),
    members: { role: "moderator" },
  },
  member: {
    command: "member.role",
    item: gettext("Make member…"),
    question: gettext("Make %(name)s a member again?"),
    says: gettext("They stay in the room, and moderate it no more."),
    button: gettext("Make member"),
    members: { role: "member" },
  },
  transfer: {
    command: "room.transfer",
    item: gettext("Make owner…"),
    question: gettext("Give the room to %(name)s?"),
    says: gettext("There is one owner. Whoever it is now becomes a moderator, and cannot take the room back."),
    button: gettext("Make owner"),
    isDanger: true,
  },
  lock: {
    command: "room.lock",
    item: gettext("Lock…"),
    question: gettext("Lock the room?"),
    says: gettext("Only moderators can write until it is unlocked. The room sees it, and who did it."),
    button: gettext("Lock"),
    hasReason: true,
  },
  unlock: { command: "room.unlock", item: gettext("Unlock") },
  slow: {
    command: "room.slow",
    item: gettext("Slow mode…"),
    question: gettext("Slow mode"),
    says: gettext("For how long a member waits between two messages. Moderators do not wait."),
    button: gettext("Save"),
    seconds: SLOW,
  },
};

/**
 * What a card offers, from what the server says is allowed: `role` is either of two.
 * @param {{ acts?: string[], role?: Role | null }} details
 */
export function actsFor({ acts = [], role }) {
  const other = role === "moderator" ? "member" : "moderator";
  return acts.map((act) => (act === "role" ? other : act));
}
