import { gettext } from "../lib/i18n.js";
import { dotOf, groupOf, titleOf } from "../rules/presence-groups.js";
import { html, nothing } from "../vendor/lit.js";
import { wordsOf } from "./person.js";
import { statusText } from "./status.js";
import { dot } from "./status-dot.js";

// Presence of the partner in a direct conversation, from its list of people; nothing if unknown.

export function partnerOf({ room, roster }) {
  const [partner, ...others] = room.people ?? [];
  if (!partner || others.length || roster.state !== "known") return null;
  return roster.find(partner.id) ?? null;
}

export function partnerDot(person) {
  return person ? dot(dotOf(person)) : nothing;
}

export function partnerWords({ room, roster }, person) {
  if (person) return html`<p class="topic partner-words">${withDots(partsOf(person))}</p>`;
  const isUnknown = room.people?.length === 1 && ["unavailable", "stale"].includes(roster.state);
  return html`<p class="topic partner-words">${isUnknown ? gettext("Presence unknown") : nothing}</p>`;
}

function partsOf(person) {
  const group = groupOf(person);
  const { status } = person;
  const words = status ? statusText(status) : "";
  const said = words ? html`<bdi title=${words}>${words}</bdi>` : null;
  return [titleOf(group), ...wordsOf(person, group), said].filter(Boolean);
}

const withDots = (parts) => parts.map((part, index) => (index ? html` · ${part}` : part));
