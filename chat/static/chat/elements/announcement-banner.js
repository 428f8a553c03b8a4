import { gettext } from "../lib/i18n.js";
import { Announcement } from "../models/announcement.js";
import { closeIcon } from "../parts/icons.js";
import { linked } from "../parts/text.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// Banner with the administrators' announcement, over the whole page.
export class AnnouncementBanner extends LightElement {
  static properties = { announcement: { attribute: false } };

  set socket(socket) {
    this.announcement = new Announcement(socket);
  }

  willUpdate() {
    if (this.announcement) this.follow(this.announcement);
  }

  render() {
    const shown = this.announcement?.shown;
    return html`<div class="announcement" role="status">${shown ? this.#note(shown) : nothing}</div>`;
  }

  #note({ text }) {
    const words = gettext("Dismiss announcement");
    return html`<p dir="auto">${linked(text)}</p><button type="button" class="tool" aria-label=${words} title=${words}
      @click=${() => this.announcement.dismiss()}>${closeIcon}</button>`;
  }
}

customElements.define("announcement-banner", AnnouncementBanner);
