import { gettext, interpolate } from "../lib/i18n.js";
import { moreIcon, quoteIcon, smileIcon, threadIcon } from "../parts/icons.js";
import { QUICK } from "../rules/emoji.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";
import { moveFocus } from "./popover-position.js";
import "./emoji-picker.js";
import "./message-menu.js";

const AT_HAND = 3; // emoji beside the buttons: more would cover the text

// Buttons for actions on the active message.
export class MessageTools extends LightElement {
  static properties = { conversation: { attribute: false }, message: { attribute: false } };

  render() {
    const { chat } = this.conversation;
    const { message } = this;
    const mayReply = this.conversation.thread === null && chat.acts.may("thread", message);
    const quote = () => this.conversation.quote(message);
    const reply = () => chat.side.openThread(message.id);
    return html`<div class="tools" role="toolbar" aria-label=${gettext("Message actions")} @keydown=${this.#key}>
        ${chat.acts.may("react", message) ? this.#reactions() : nothing}
        ${mayReply ? this.#button("thread", gettext("Reply in thread"), threadIcon, reply) : nothing}
        ${chat.acts.may("quote", message) ? this.#button("quote", gettext("Quote"), quoteIcon, quote) : nothing}
        ${this.#button("more", gettext("More actions"), moreIcon, (event) => this.openMenu(event.currentTarget))}</div>
      <emoji-picker @choose=${({ detail }) => chat.acts.react(message, detail)}></emoji-picker>
      <message-menu .conversation=${this.conversation} .message=${message}
        @react=${({ detail }) => this.openPicker(detail)}></message-menu>`;
  }

  #reactions() {
    const pick = (event) => this.openPicker(event.currentTarget);
    return html`${QUICK.slice(0, AT_HAND).map((emoji) => this.#quick(emoji))}
      ${this.#button("react", gettext("Add a reaction"), smileIcon, pick)}`;
  }

  openPicker(anchor) {
    return this.querySelector("emoji-picker").open(anchor);
  }

  openMenu(anchor) {
    return this.querySelector("message-menu").open(anchor);
  }

  #quick(emoji) {
    const words = interpolate(gettext("React with %(emoji)s"), { emoji });
    const react = () => this.conversation.chat.acts.react(this.message, emoji);
    return html`<button type="button" data-react=${emoji} aria-label=${words} title=${words} @click=${react}
      ><i>${emoji}</i></button>`;
  }

  #button(act, words, icon, handle) {
    return html`<button type="button" data-act=${act} aria-label=${words} title=${words} @click=${handle}
      >${icon}</button>`;
  }

  #key = (event) => {
    moveFocus(event, [...event.currentTarget.children], { ArrowRight: 1, ArrowLeft: -1 });
  };
}

customElements.define("message-tools", MessageTools);
