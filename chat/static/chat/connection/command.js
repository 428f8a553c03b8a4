import { gettext } from "../lib/i18n.js";

// One command on its way: what is sent, and the promise of its answer.
export class Command {
  /**
   * @param {number} id
   * @param {string} type
   * @param {Record<string, unknown>} members
   */
  constructor(id, type, members) {
    this.id = id;
    this.frame = JSON.stringify({ ...members, type, id });
    this.sentAt = performance.now();
    /** @type {Promise<Ack>} */
    this.answered = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

// A command that was not done: `code`, a sentence for the person, whether the same again may succeed,
// and after which time.
export class CommandError extends Error {
  /** @param {Refusal} refusal */
  constructor({ code, detail, retry, retry_after, message }) {
    super(detail);
    this.code = code;
    this.retry = retry;
    this.present = message ?? null; // what a message is now, where an edit was based on other words
    this.wait = retry_after ? 1000 * retry_after : null; // ms; null: the server did not say how long
  }

  static unsent() {
    return new CommandError({ code: "unsent", detail: gettext("You’re not connected right now."), retry: true });
  }
}
