import { gettext } from "../lib/i18n.js";
import { signOf } from "../parts/room-avatar.js";
import { roomMarks } from "../parts/room-badges.js";
import { linked } from "../parts/text.js";
import { nameOf } from "../rules/room-name.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// Dialog about the room: its topic, description and settings.
export class AboutDialog extends LightElement {
  static properties = { room: { attribute: false } };

  async open() {
    await this.updateComplete;
    this.querySelector("dialog").showModal();
  }

  render() {
    const { room } = this;
    return html`<dialog class="about" aria-labelledby="about-title">
      <h2 id="about-title" class="room-name">${signOf(room)}<bdi>${nameOf(room)}</bdi></h2>
      ${room.topic ? html`<p class="topic-line" dir="auto">${linked(room.topic)}</p>` : nothing}
      ${room.description ? html`<p class="description" dir="auto">${linked(room.description)}</p>` : nothing}
      <ul class="works"><li>${this.#kind(room)}</li>
        ${roomMarks(room).map(({ icon, words }) => html`<li>${icon}<span>${words}</span></li>`)}</ul>
      <form method="dialog" class="buttons">
        <button class="button quiet" autofocus>${gettext("Close")}</button></form></dialog>`;
  }

  #kind({ kind }) {
    if (kind === "public") return gettext("Public – anyone here can find and join it.");
    if (kind === "private") return gettext("Private – only members can see it.");
    return gettext("Direct – only the people in it can see it.");
  }
}

customElements.define("about-dialog", AboutDialog);
