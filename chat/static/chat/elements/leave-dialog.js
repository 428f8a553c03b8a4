import { gettext, interpolate } from "../lib/i18n.js";
import { html } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// Confirmation before leaving a room. It submits a form of the page, which has the CSRF token.
export class LeaveDialog extends LightElement {
  static properties = { room: { attribute: false } };

  ask(room) {
    this.room = room;
    this.updateComplete.then(() => this.querySelector("dialog").showModal());
  }

  render() {
    const { kind, name } = this.room ?? {};
    const isPublic = kind === "public";
    const question = interpolate(gettext("Leave %(room)s?"), { room: isPublic ? `#${name}` : name });
    const wayBack = isPublic
      ? gettext("This room is public. You can rejoin at any time.")
      : gettext("This room is private. You’ll need an invitation to rejoin.");
    return html`<dialog aria-labelledby="leave-title"><h2 id="leave-title">${question}</h2><p>${wayBack}</p>
      <form method="dialog" class="buttons"><button class="button quiet">${gettext("Cancel")}</button>
        <button type="button" class="button danger" @click=${this.#leave}>${gettext("Leave")}</button></form></dialog>`;
  }

  #leave() {
    const form = document.getElementById("leave");
    form.action = form.dataset.action.replace("/0/", `/${this.room.id}/`);
    form.submit();
  }
}

customElements.define("leave-dialog", LeaveDialog);
