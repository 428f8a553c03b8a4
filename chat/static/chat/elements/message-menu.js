import { gettext, interpolate } from "../lib/i18n.js";
import { smileIcon } from "../parts/icons.js";
import { QUICK } from "../rules/emoji.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";
import { moveFocus, openAt } from "./popover-position.js";

// Menu of all actions on a message; a sheet on a phone.
export class MessageMenu extends LightElement {
  static properties = { conversation: { attribute: false }, message: { attribute: false } };
  #anchor = null;

  async open(anchor) {
    this.#anchor = anchor;
    this.requestUpdate(); // permissions may have changed since it was drawn
    await this.updateComplete;
    openAt(this.#popover, anchor);
    this.querySelector("[role=menuitem]").focus();
  }

  render() {
    return html`<div popover class="menu acts-menu" role="menu" aria-label=${gettext("Message actions")}
      @keydown=${this.#key}>
      ${this.conversation.chat.acts.may("react", this.message) ? this.#reactions() : nothing}
      ${this.#acts.map((act) => this.#item(act))}</div>`;
  }

  get #popover() {
    return this.querySelector("[popover]");
  }

  // [name, words, function] of the allowed actions.
  get #acts() {
    const { conversation, message } = this;
    const { acts, side } = conversation.chat;
    const all = [
      ["thread", gettext("Reply in thread"), () => side.openThread(message.id)],
      ["quote", gettext("Quote"), () => conversation.quote(message)],
      ["edit", gettext("Edit"), () => conversation.edit(message.id)],
      ["copy", gettext("Copy text"), () => this.#copy()],
      ["unread", gettext("Mark as unread from here"), () => acts.unread(message)],
      ["pin", message.pinned ? gettext("Unpin") : gettext("Pin"), () => acts.pin(message)],
      ["report", gettext("Report…"), () => this.#ask("report")],
      ["block", gettext("Block author…"), () => this.#ask("block", message.author)],
      ["unblock", gettext("Unblock author"), () => acts.unblock(message.author)],
      ["delete", gettext("Delete…"), () => this.#ask("delete")],
      ["purge", gettext("Delete their messages from the last hour…"), () => this.#ask("purge")],
    ];
    const inThread = (act) => conversation.thread !== null && ["thread", "unread"].includes(act);
    return all.filter(([act]) => acts.may(act, message) && !inThread(act));
  }

  #reactions() {
    const quick = QUICK.map((emoji) => this.#quick(emoji));
    return html`<div class="quick" role="group" aria-label=${gettext("React")}>${quick}
      <button type="button" role="menuitem" aria-label=${gettext("Add a reaction")} @click=${this.#react}
        >${smileIcon}</button></div>`;
  }

  #item([act, words, handle]) {
    return html`<button type="button" role="menuitem" data-act=${act} class=${["delete", "purge"].includes(act) ? "danger" : ""}
      @click=${() => this.#do(handle)}>${words}</button>`;
  }

  #quick(emoji) {
    const words = interpolate(gettext("React with %(emoji)s"), { emoji });
    const react = () => this.conversation.chat.acts.react(this.message, emoji);
    return html`<button type="button" role="menuitem" aria-label=${words} @click=${() => this.#do(react)}
      ><i>${emoji}</i></button>`;
  }

  #do(handle) {
    this.#popover.hidePopover();
    handle();
  }

  #react = () => {
    this.#popover.hidePopover();
    this.dispatchEvent(new CustomEvent("react", { detail: this.#anchor }));
  };

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.message.body);
    } catch {
      // or the page has no HTTPS
      this.conversation.chat.complain(gettext("Copying isn’t allowed here. Select the text instead."));
    }
  }

  #ask(what, detail = this.message) {
    this.dispatchEvent(new CustomEvent(what, { detail, bubbles: true }));
  }

  #key = (event) => {
    const items = [...this.querySelectorAll("[role=menuitem]")];
    moveFocus(event, items, { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 });
  };
}

customElements.define("message-menu", MessageMenu);
