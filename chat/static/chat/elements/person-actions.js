import { gettext } from "../lib/i18n.js";
import { momentOf } from "../lib/times.js";
import { sentence } from "../parts/sentence.js";
import { ACTS, actsFor } from "../rules/moderation-actions.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// Part of a user's card: their mute or ban, and the moderation acts that are allowed.
export class PersonActions extends LightElement {
  static properties = { person: { attribute: false } };

  render() {
    const { muted, banned } = this.person;
    const acts = actsFor(this.person);
    const ends = [muted ? this.#muted(muted) : nothing, banned ? this.#banned(banned) : nothing];
    const buttons = html`<div class="buttons">${acts.map((act) => this.#button(act))}</div>`;
    return html`${ends}${acts.length ? buttons : nothing}`;
  }

  #muted({ until, reason }) {
    return this.#line(sentence(gettext("Muted until %(time)s"), { time: momentOf(new Date(until)) }), reason);
  }

  #banned({ until, reason }) {
    const words = until
      ? sentence(gettext("Banned until %(time)s"), { time: momentOf(new Date(until)) })
      : gettext("Banned permanently");
    return this.#line(words, reason);
  }

  #line(words, reason) {
    return html`<p class="barred">${words}${reason ? html` · <bdi>${reason}</bdi>` : nothing}</p>`;
  }

  #button(act) {
    const { item, isDanger } = ACTS[act];
    return html`<button type="button" class="button quiet small ${isDanger ? "grave" : ""}" data-act=${act}
      @click=${() => this.#ask(act)}>${item}</button>`;
  }

  #ask(act) {
    this.closest("[popover]").hidePopover();
    this.dispatchEvent(new CustomEvent("moderate", { detail: { act, user: this.person }, bubbles: true }));
  }
}

customElements.define("person-actions", PersonActions);
