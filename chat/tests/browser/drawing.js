// Feeds the open room with messages, as its socket would, and measures the cost of drawing them.
const BODIES = [
  "Two terns on the mud, and one further out.",
  "On my way.",
  "The tide table says low water at ten past four, so we have an hour at most before the channel fills again.",
  "Could somebody bring the long lens? Mine is still being mended, and the spare one has a scratch right across it.",
];
const AUTHORS = 7;

class Feed {
  #chat = document.querySelector("room-app").chat;
  #sent = 0;
  tasks = []; // ms: durations of tasks longer than 50
  keys = []; // ms: from key press to paint, if 16 or more

  constructor() {
    const note = (type, into, options) =>
      new PerformanceObserver((list) => into.push(...list.getEntries())).observe({ type, ...options });
    note("longtask", this.tasks);
    note("event", this.keys, { durationThreshold: 16 });
  }

  post() {
    const number = ++this.#sent;
    const { shown, room, timeline, socket } = this.#chat;
    const version = Math.max(room.version, timeline.version) + 1;
    const author = 100_000 + (Math.floor(number / 3) % AUTHORS);
    const body = BODIES[number % BODIES.length];
    const message = {
      id: 1_000_000 + number,
      client_id: `feed ${number}`,
      author: { id: author, username: `person${author}`, name: `Person ${author}` },
      kind: "text",
      body,
      html: `<p>${body}</p>`,
      created_at: new Date().toISOString(),
      position: version,
      version,
      mentions: [],
    };
    socket.dispatchEvent(new CustomEvent("message.posted", { detail: { room: shown, version, message } }));
  }

  fill(length) {
    while (this.#chat.timeline.messages.length < length) this.post();
  }

  // One after the other, each drawn before the next.
  async postOneByOne(count) {
    for (let posted = 0; posted < count; posted += 1) {
      this.post();
      await painted();
      await painted();
    }
  }

  // Posts `rate` messages a second, for some seconds.
  async stream(rate, seconds) {
    const begun = performance.now();
    for (let posted = 0; posted < rate * seconds; ) {
      const due = Math.min(rate * seconds, ((performance.now() - begun) / 1000) * rate);
      for (; posted < due; posted += 1) this.post();
      await new Promise((resolve) => setTimeout(resolve, 1000 / rate));
    }
    await painted();
  }
}

const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

window.feed ??= new Feed();
