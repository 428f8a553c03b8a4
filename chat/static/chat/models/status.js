import { Alarm, now } from "../lib/clock.js";
import { gettext } from "../lib/i18n.js";
import { Observable } from "../lib/observable.js";

/** @type {OwnStatus} */
const NONE = { mode: "auto", text: "", emoji: "", until: null };

// The user's own status, "own status" in docs/protocol.md, the same in all tabs.
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
   * Rejects with the server's error.
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
 * Returns the status without parts that have expired. Away and invisible stay, so that no user becomes visible
 * unawares.
 * @param {OwnStatus} own
 * @returns {OwnStatus}
 */
function withoutEnded(own) {
  if (own.until === null || Date.parse(own.until) > now()) return own;
  return { ...NONE, mode: own.mode === "dnd" ? "auto" : own.mode };
}

// The shape on the user's own picture.
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
 * Explains a mode whose name does not.
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
