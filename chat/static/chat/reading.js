const PAUSE = 1000; // ms: a busy room needs no report per message

// Tells the server how far the person has read, in the room ("room.read") and in the thread beside it ("thread.read").
export class Reading {
  #socket;
  #consider;
  #seen = new Map(); // what is not reported yet, by its command
  #timer = null;

  constructor(socket, consider) {
    this.#socket = socket;
    this.#consider = consider;
    addEventListener("pagehide", () => this.report());
  }

  note(command, members) {
    this.#seen.set(command, members);
    this.#timer ??= setTimeout(() => this.report(), PAUSE);
  }

  drop(command) {
    this.#seen.delete(command);
  }

  // Resolves when the server has answered.
  async report() {
    clearTimeout(this.#timer);
    this.#timer = null;
    const seen = [...this.#seen];
    this.#seen.clear();
    const reports = seen.map(([command, members]) => this.#socket.command(command, members));
    await Promise.all(reports.map((report) => report.catch((error) => this.#refused(error))));
  }

  // The next one says it again; where it was only too early, there may be no next one.
  #refused({ wait }) {
    if (wait) setTimeout(() => this.#consider(), wait);
  }
}
