import { now } from "../lib/clock.js";
import { gettext } from "../lib/i18n.js";

// Presence groups of members in the sidebar, as in docs/protocol.md.

/** @type {PresenceGroup[]} */
export const GROUPS = ["here", "online", "away", "offline"]; // in display order

/**
 * @param {Pick<Person, "here" | "online" | "away">} person
 * @returns {PresenceGroup}
 */
export function groupOf({ here, online, away }) {
  if (here) return "here";
  if (!online) return "offline";
  return away ? "away" : "online";
}

/** @param {PresenceGroup} group */
export function titleOf(group) {
  const titles = {
    here: gettext("Here now"),
    online: gettext("Online"),
    away: gettext("Away"),
    offline: gettext("Offline"),
  };
  return titles[group];
}

/**
 * Returns the shape on a user's picture.
 * @param {Pick<Person, "here" | "online" | "away" | "dnd">} person
 * @returns {PresenceShape}
 */
export function dotOf(person) {
  if (!person.here && !person.online) return "offline";
  if (person.dnd) return "dnd";
  return person.away ? "away" : "online";
}

/**
 * Returns the shape's text alternative.
 * @param {PresenceShape} shape
 */
export function wordOf(shape) {
  return shape === "dnd" ? gettext("Do not disturb") : titleOf(shape);
}

/** @param {Pick<Person, "status">} person */
export function untilOf({ status }) {
  return status?.until ?? null;
}

/**
 * Returns the person without an expired status. Do-not-disturb ends with it.
 * @param {Person} person
 * @returns {Person}
 */
export function withoutEnded(person, time = now()) {
  const until = untilOf(person);
  if (until === null || Date.parse(until) > time) return person;
  const { status: _ended, dnd: _too, ...rest } = person;
  return rest;
}
