// A page for tests in Node.js, loaded before them (bin/test): the globals that lib/, rules/, connection/ and models/
// use, and a clock that moves only when a test moves it.
import { webcrypto } from "node:crypto";
import { setMaxListeners } from "node:events";
import { beforeEach } from "node:test";

const BEGAN = Date.parse("2026-03-02T12:00:00Z"); // a Monday

setMaxListeners(0); // each test creates its own models, and all listen to one page

let time = BEGAN;
let lastTimer = 0;
const timers = new Map();

// Lets pending promises settle.
export const settled = () => new Promise((resolve) => setImmediate(resolve));

// Moves the clock on, and runs the timers that are due.
export async function pass(ms) {
  const end = time + ms;
  await settled();
  for (let next = firstUntil(end); next; next = firstUntil(end)) {
    const [id, { at, act, every }] = next;
    time = Math.max(time, at);
    if (every) timers.set(id, { at: at + every, act, every });
    else timers.delete(id);
    act();
    await settled();
  }
  time = end;
}

// The time by the page's clock, or an offset from it, as the server writes it.
export const isoTime = (ms = 0) => new Date(time + ms).toISOString();

// Dispatches an event with these members on the window or the document.
export function happens(type, members = {}, target = globalThis) {
  target.dispatchEvent(Object.assign(new Event(type), members));
}

function firstUntil(end) {
  const due = [...timers].filter(([, { at }]) => at <= end);
  return due.sort(([, a], [, b]) => a.at - b.at)[0];
}

function wait(act, ms = 0, every = 0) {
  lastTimer += 1;
  timers.set(lastTimer, { at: time + ms, act, every });
  return lastTimer;
}

// Its own enumerable properties are the stored items, as in a browser.
class PageStorage {
  getItem(key) {
    return Object.hasOwn(this, key) ? this[key] : null;
  }

  setItem(key, text) {
    this[key] = String(text);
  }

  removeItem(key) {
    delete this[key];
  }
}

class PageEvent extends Event {
  constructor(type, { detail = null } = {}) {
    super(type);
    this.detail = detail;
  }
}

const filled = (text, values) => text.replace(/%\((\w+)\)s/g, (_all, name) => values[name]);
const page = new EventTarget();
const root = { lang: "en", dataset: { zone: "UTC" } };
const globals = {
  addEventListener: page.addEventListener.bind(page),
  dispatchEvent: page.dispatchEvent.bind(page),
  document: Object.assign(new EventTarget(), { hidden: false, hasFocus: () => true, documentElement: root }),
  navigator: { languages: ["en-US"], onLine: true },
  localStorage: new PageStorage(),
  sessionStorage: new PageStorage(),
  location: { protocol: "https:", host: "chat.example" },
  matchMedia: () => Object.assign(new EventTarget(), { matches: true }),
  gettext: (text) => text,
  ngettext: (one, many, count) => (count === 1 ? one : many),
  interpolate: filled,
  setTimeout: wait,
  setInterval: (act, ms) => wait(act, ms, ms),
  clearTimeout: (id) => timers.delete(id),
  clearInterval: (id) => timers.delete(id),
};

for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
Date.now = () => time;
Object.defineProperty(performance, "now", { value: () => time - BEGAN, configurable: true });

// Browsers and later versions have these; Node.js 18 does not.
globalThis.crypto ??= webcrypto;
globalThis.CustomEvent ??= PageEvent;
if (!Array.prototype.toSpliced) {
  Object.defineProperty(Array.prototype, "toSpliced", {
    value(...changes) {
      const copy = [...this];
      copy.splice(...changes);
      return copy;
    },
  });
}

beforeEach(() => {
  timers.clear();
  for (const storage of [localStorage, sessionStorage]) {
    for (const key of Object.keys(storage)) storage.removeItem(key);
  }
  Object.assign(document, { hidden: false, hasFocus: () => true });
});
