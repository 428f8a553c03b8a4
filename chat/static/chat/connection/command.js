import { gettext } from "../lib/i18n.js";

// A command that was sent, and the promise of its answer.
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

// A command that failed: `code`, a sentence for the user, whether a retry may succeed, and after how long.
export class CommandError extends Error {
  /** @param {Refusal} refusal */
  constructor({ code, detail, retry, retry_after, message }) {
    super(detail);
    this.code = code;
    this.retry = retry;
    this.present = message ?? null; // the message's present state, if an edit was based on older text
    this.wait = retry_after ? 1000 * retry_after : null; // ms; null if the server did not say how long
  }

  static unsent() {
    return new CommandError({ code: "unsent", detail: gettext("You’re not connected right now."), retry: true });
  }
}
