import { interpolate, ngettext } from "../lib/i18n.js";
import { unreadText } from "../parts/counts.js";
import { flagIcon } from "../parts/icons.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// Moderators' link to the open reports of the room, if there are any.
export class ReportsButton extends LightElement {
  static properties = { chat: { attribute: false } };

  willUpdate() {
    this.follow(this.chat, this.chat.rooms, this.chat.reports);
  }

  render() {
    const { open: count, url } = this.chat.reports;
    if (!count) return nothing;
    const words = interpolate(ngettext("%(count)s open report", "%(count)s open reports", count), { count });
    return html`<a class="tool" href=${url} aria-label=${words} title=${words}>${flagIcon}
      <span class="badge waits">${unreadText(count)}</span></a>`;
  }
}

customElements.define("reports-button", ReportsButton);
