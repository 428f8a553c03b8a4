// The server as models see it: a socket that takes commands and dispatches events, and pages of JSON.
import { settled } from "./page.js";

export const alice = { id: 1, username: "alice", name: "Alice" };
export const bob = { id: 2, username: "bob", name: "Bob" };
export const mallory = { id: 3, username: "mallory", name: "Mallory" };

export class Server extends EventTarget {
  state = "open";
  sent = []; // [{ type, …members }, …]
  #answers = new Map();

  // Sets the answer to commands of a type: members of an ack, an error to reject with, or a function of the command.
  answers(type, answer) {
    this.#answers.set(type, answer);
    return this;
  }

  async command(type, members = {}) {
    const command = { type, ...members };
    this.sent.push(command);
    let answer = this.#answers.get(type);
    if (typeof answer === "function") answer = await answer(command);
    if (answer instanceof Error) throw answer;
    return answer ?? {};
  }

  async tells(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
    await settled();
  }

  async turns(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
    await settled();
  }

  of(type) {
    return this.sent.filter((command) => command.type === type);
  }
}

// A refusal as models see it: connection/command.js creates it from the server's error.
export function refusal(code, members = {}) {
  return Object.assign(new Error(`refused: ${code}`), { code, ...members });
}

// A promise and the function that resolves it.
export function later() {
  let arrive;
  const promise = new Promise((resolve) => {
    arrive = async (value) => {
      resolve(value);
      await settled();
    };
  });
  return { promise, arrive };
}

// A message as the server sends it: its id is also its position and its version unless another is given.
export function message(id, author = bob, members = {}) {
  const body = members.body ?? `message ${id}`;
  const created_at = new Date(Date.parse("2026-03-02T10:00:00Z") + id * 1000).toISOString();
  const whole = { id, position: id, version: id, kind: "text", author, client_id: `client ${id}`, created_at };
  return { ...whole, body, html: `<p>${body}</p>`, ...members };
}

export function room(id, members = {}) {
  const whole = {
    id,
    kind: "public",
    name: `room ${id}`,
    role: "member",
    version: 0,
    last_read: 0,
    unread: 0,
    mentions: 0,
  };
  return { ...whole, threads: 0, marks: 0, ...members };
}

export const idsOf = (list) => list.map(({ id }) => id);

// Counts the "change" events of an object while `act` runs.
export function changesOf(model, act) {
  let count = 0;
  const note = () => {
    count += 1;
  };
  model.addEventListener("change", note);
  act();
  model.removeEventListener("change", note);
  return count;
}
