import { gettext } from "../lib/i18n.js";

const MINUTE = 60_000; // ms
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// Durations: [ms, words]. 0: without end.
const MUTES = [
  [10 * MINUTE, gettext("10 minutes")],
  [HOUR, gettext("1 hour")],
  [DAY, gettext("1 day")],
  [7 * DAY, gettext("1 week")],
];
const BANS = [...MUTES, [0, gettext("Permanently")]];

// Seconds between two messages of a member: [seconds, words].
const SLOW = [
  [0, gettext("Off")],
  [10, gettext("10 seconds")],
  [30, gettext("30 seconds")],
  [60, gettext("1 minute")],
  [300, gettext("5 minutes")],
];

// Acts of moderators: command, words, and the questions to ask: `spans` for durations, a `reason`, `seconds`. An act
// without a question is done at once. `is` restricts the users that a menu offers it for.
export const ACTS = {
  mute: {
    command: "member.mute",
    item: gettext("Mute…"),
    question: gettext("Mute %(name)s?"),
    says: gettext("They can read but not post. The room will see who muted them."),
    button: gettext("Mute"),
    spans: MUTES,
    hasReason: true,
  },
  unmute: { command: "member.unmute", item: gettext("Unmute") },
  remove: {
    command: "member.remove",
    item: gettext("Remove…"),
    question: gettext("Remove %(name)s from the room?"),
    says: gettext("They will be removed now but can rejoin like anyone else. The room will see who removed them."),
    button: gettext("Remove"),
    hasReason: true,
    isDanger: true,
  },
  ban: {
    command: "member.ban",
    item: gettext("Ban…"),
    question: gettext("Ban %(name)s from the room?"),
    says: gettext("They will be removed now and can’t rejoin until then. The room will see who banned them."),
    button: gettext("Ban"),
    spans: BANS,
    hasReason: true,
    isDanger: true,
  },
  unban: { command: "member.unban", item: gettext("Unban") },
  moderator: {
    command: "member.role",
    item: gettext("Make moderator…"),
    question: gettext("Make %(name)s a moderator?"),
    says: gettext("They will be able to mute, remove and ban members, delete messages and lock the room."),
    button: gettext("Make moderator"),
    members: { role: "moderator" },
  },
  member: {
    command: "member.role",
    item: gettext("Make member…"),
    question: gettext("Make %(name)s a member again?"),
    says: gettext("They will no longer be a moderator."),
    button: gettext("Make member"),
    members: { role: "member" },
  },
  transfer: {
    command: "room.transfer",
    item: gettext("Make owner…"),
    question: gettext("Make %(name)s the owner?"),
    says: gettext("The current owner will become a moderator. You can’t undo this."),
    button: gettext("Make owner"),
    isDanger: true,
  },
  lock: {
    command: "room.lock",
    item: gettext("Lock…"),
    question: gettext("Lock the room?"),
    says: gettext("Only moderators can post until it’s unlocked. The room will see who locked it."),
    button: gettext("Lock"),
    hasReason: true,
  },
  unlock: { command: "room.unlock", item: gettext("Unlock") },
  slow: {
    command: "room.slow",
    item: gettext("Slow mode…"),
    question: gettext("Slow mode"),
    says: gettext("How long members must wait between two messages. Moderators don’t have to wait."),
    button: gettext("Save"),
    seconds: SLOW,
  },
};

/**
 * Returns the acts that a card offers, from the permitted acts in the server's answer; `role` stands for two acts.
 * @param {{ acts?: string[], role?: Role | null }} details
 */
export function actsFor({ acts = [], role }) {
  const other = role === "moderator" ? "member" : "moderator";
  return acts.map((act) => (act === "role" ? other : act));
}
