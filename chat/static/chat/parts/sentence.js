import { interpolate, ngettext } from "../lib/i18n.js";
import { locale } from "../lib/times.js";
import { fullName } from "../rules/full-name.js";
import { html } from "../vendor/lit.js";

const NAMED = 3; // names in one line; of more users, two are named
const list = new Intl.ListFormat(locale, { type: "conjunction" });

// A translated sentence with markup as its values.
export function sentence(words, values) {
  return words.split(/%\((\w+)\)s/u).map((part, index) => (index % 2 ? values[part] : part));
}

// "Alice, Bob and 3 others", with each name isolated from the text direction of the others.
export function peopleOf(users) {
  return list
    .formatToParts(entries(users))
    .map(({ type, value }) => (type === "element" ? html`<bdi>${value}</bdi>` : value));
}

// The same as text, for a title.
export const peopleText = (users) => list.format(entries(users, Infinity));

function entries(users, most = NAMED) {
  const names = users.map(fullName);
  if (names.length <= most) return names;
  const count = names.length - (most - 1);
  return [...names.slice(0, most - 1), interpolate(ngettext("%(count)s other", "%(count)s others", count), { count })];
}
