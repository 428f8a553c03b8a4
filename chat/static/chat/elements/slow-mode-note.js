import { gettext, interpolate, ngettext } from "../lib/i18n.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

const SECOND = 1000; // ms
const MINUTE = 60; // s

// Countdown of slow mode under the field.
export class SlowModeNote extends LightElement {
  static properties = { conversation: { attribute: false } };
  #timer = null;

  willUpdate() {
    const { chat } = this.conversation;
    this.follow(chat, chat.rooms, chat.slow, chat.outbox);
  }

  render() {
    const { chat, pending } = this.conversation;
    const { room } = chat;
    if (!room?.slow || chat.acts.allows("post_always") || chat.acts.postingBlock) return nothing;
    const rest = Math.ceil(chat.slow.restOf(room) / SECOND);
    // Announced once, and not every second.
    return html`<p class="composer-note" aria-live="off" data-rest=${rest}>${this.#words(room, rest, pending)}</p>`;
  }

  updated() {
    const { chat } = this.conversation;
    clearTimeout(this.#timer);
    const rest = chat.room ? chat.slow.restOf(chat.room) : 0;
    if (rest) this.#timer = setTimeout(() => this.requestUpdate(), rest % SECOND || SECOND);
  }

  #words({ slow }, rest, pending) {
    if (!rest) return interpolate(gettext("Slow mode: one message every %(time)s"), { time: spanOf(slow) });
    const waits = pending.some(({ failed }) => !failed);
    const words = waits
      ? gettext("Slow mode: your message will be sent in %(time)s")
      : gettext("Slow mode: your next message in %(time)s");
    return interpolate(words, { time: spanOf(rest) });
  }
}

// Formats "24 seconds", "5 minutes", "4:59".
function spanOf(seconds) {
  const [minutes, rest] = [Math.floor(seconds / MINUTE), seconds % MINUTE];
  if (minutes && rest) return `${minutes}:${String(rest).padStart(2, "0")}`;
  const words = minutes
    ? ngettext("%(count)s minute", "%(count)s minutes", minutes)
    : ngettext("%(count)s second", "%(count)s seconds", rest);
  return interpolate(words, { count: minutes || rest });
}

customElements.define("slow-mode-note", SlowModeNote);
