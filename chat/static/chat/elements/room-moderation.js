import { ACTS } from "../rules/moderation-actions.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// In the room's menu: to lock and unlock it, and slow mode, for those who may.
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
