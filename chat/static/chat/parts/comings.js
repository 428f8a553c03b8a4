import { html } from "../vendor/lit.js";
import { gettext } from "../words.js";
import { peopleOf, sentence } from "./sentence.js";

// Notices that the room makes itself, as sentences. `author` is who did it.
const SENTENCES = {
  renamed: () => gettext("%(who)s renamed the room to %(to)s"),
  topic: ({ to }) => (to ? gettext("%(who)s changed the topic to %(to)s") : gettext("%(who)s removed the topic")),
};

export function noticeOf({ author, notice }) {
  const words = SENTENCES[notice?.what]?.(notice);
  return words && sentence(words, { who: html`<bdi>${author.name}</bdi>`, to: html`<b><bdi>${notice.to}</bdi></b>` });
}

// Who came and who went, in one line.
export function comingsOf(messages) {
  const joined = peopleWho("joined", messages);
  const left = peopleWho("left", messages);
  const words = [
    joined.length ? sentence(gettext("%(people)s joined"), { people: peopleOf(joined) }) : null,
    left.length ? sentence(gettext("%(people)s left"), { people: peopleOf(left) }) : null,
  ].filter(Boolean);
  return words.length === 2 ? [words[0], " · ", words[1]] : words[0];
}

// Each once, however often they did.
function peopleWho(what, messages) {
  const people = messages.filter(({ notice }) => notice.what === what).map(({ author }) => [author.id, author]);
  return [...new Map(people).values()];
}
