import { ACTS } from "../rules/moderation-actions.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// Items in the room's menu for moderators: lock, unlock and slow mode.
export class RoomModeration extends LightElement {
  static properties = { chat: { attribute: false } };

  willUpdate() {
    this.follow(this.chat, this.chat.rooms);
  }

  render() {
    const { acts, room } = this.chat;
    const lock = room?.locked ? "unlock" : "lock";
    return html`${acts.isPossible("lock") ? this.#item(lock) : nothing}
      ${acts.isPossible("slow") ? this.#item("slow") : nothing}`;
  }

  #item(act) {
    return html`<button type="button" data-act=${act} @click=${() => this.#ask(act)}>${ACTS[act].item}</button>`;
  }

  #ask(act) {
    this.closest("pop-menu")?.close();
    this.dispatchEvent(new CustomEvent("moderate", { detail: { act }, bubbles: true }));
  }
}

customElements.define("room-moderation", RoomModeration);
