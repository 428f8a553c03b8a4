import { Alarm, now } from "../lib/clock.js";
import { gettext } from "../lib/i18n.js";
import { Observable } from "../lib/observable.js";

/** @type {OwnStatus} */
const NONE = { mode: "auto", text: "", emoji: "", until: null };

// What the person decided about how others see them: "own status" in docs/protocol.md. All their tabs agree.
export class Status extends Observable {
  #socket;
  #ended = new Alarm(() => this.#become(this.#own));
  /** @type {OwnStatus} */
  #own = NONE;

  /** @param {Channel} socket */
  constructor(socket) {
    super();
    this.#socket = socket;
    socket.addEventListener("hello", ({ detail }) => this.#become(detail.status));
    socket.addEventListener("status.changed", ({ detail }) => this.#become(detail.status));
  }

  get mode() {
    return this.#own.mode;
  }

  get text() {
    return this.#own.text;
  }

  get emoji() {
    return this.#own.emoji;
  }

  get until() {
    return this.#own.until;
  }

  get isCustom() {
    return this.text !== "" || this.emoji !== "";
  }

  /**
   * Rejects with what the server says against it.
   * @param {Partial<OwnStatus>} values
   */
  async set(values) {
    const { status } = await this.#socket.command("status.set", { ...this.#own, ...values });
    this.#become(/** @type {OwnStatus} */ (status));
  }

  clear() {
    return this.set({ text: "", emoji: "" });
  }

  /** @param {OwnStatus | null} own */
  #become(own) {
    this.#own = withoutEnded(own ?? NONE);
    this.#ended.set([this.until]);
    this.changed();
  }
}

/**
 * Away and invisible stay, so that nobody becomes visible unawares.
 * @param {OwnStatus} own
 * @returns {OwnStatus}
 */
function withoutEnded(own) {
  if (own.until === null || Date.parse(own.until) > now()) return own;
  return { ...NONE, mode: own.mode === "dnd" ? "auto" : own.mode };
}

// The shape on one's own picture.
export const DOTS = { auto: "online", away: "away", dnd: "dnd", invisible: "offline" };

/** @param {OwnStatus["mode"]} mode */
export function modeText(mode) {
  const words = {
    auto: gettext("Online"),
    away: gettext("Away"),
    dnd: gettext("Do not disturb"),
    invisible: gettext("Invisible"),
  };
  return words[mode];
}

/**
 * What a mode means, where its name does not say it.
 * @param {OwnStatus["mode"]} mode
 */
export function modeHint(mode) {
  /** @type {Partial<Record<OwnStatus["mode"], string>>} */
  const hints = {
    auto: gettext("Away after 5 minutes without activity"),
    invisible: gettext("You’ll look offline to everyone else after a few seconds."),
  };
  return hints[mode];
}
