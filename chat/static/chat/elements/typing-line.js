import { gettext } from "../lib/i18n.js";
import { peopleOf, sentence } from "../parts/sentence.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

const NAMED = 2; // more are shown as "several people"

// Line with the users who are typing. Its height is fixed, and screen readers skip it, since it would never end.
export class TypingLine extends LightElement {
  static properties = { conversation: { attribute: false } };

  willUpdate() {
    const { typing, blocks } = this.conversation.chat;
    this.follow(typing, blocks);
  }

  render() {
    const { chat, thread } = this.conversation;
    const people = chat.typing.in(thread);
    this.dataset.typing = people.map((user) => user.username).join(" ");
    return people.length ? html`<i aria-hidden="true"></i><span>${words(people)}</span>` : nothing;
  }
}

function words(people) {
  if (people.length > NAMED) return gettext("Several people are typing…");
  const names = peopleOf(people);
  if (people.length === 1) return sentence(gettext("%(name)s is typing…"), { name: names });
  return sentence(gettext("%(names)s are typing…"), { names });
}

customElements.define("typing-line", TypingLine);
