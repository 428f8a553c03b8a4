import { Model } from "./model.js";

const RETRY = 2000; // ms
const TRIES = 10; // then the person decides

// What was written and is not acknowledged yet. It outlives a reload of the tab, and every try carries the same client
// id, so that the server stores a message once however often it was sent.
export class Outbox extends Model {
  #socket;
  #key;
  #entries;
  #flying = new Set();

  constructor(socket, me) {
    super();
    this.#socket = socket;
    this.#key = `outbox:${me.id}`; // another person may sign in in this tab
    this.#entries = JSON.parse(sessionStorage.getItem(this.#key) ?? "[]");
  }

  of(room) {
    return this.#entries.filter((entry) => entry.room === room);
  }

  post(room, kind, body) {
    const created_at = new Date().toISOString(); // until the server says when it was
    const entry = { room, kind, body, client_id: newId(), created_at, tries: 0, failed: null };
    this.#keep([...this.#entries, entry]);
    this.#send(entry);
  }

  sendAll() {
    for (const entry of this.#entries) if (!entry.failed) this.#send(entry);
  }

  again(clientId) {
    const entry = this.#change(clientId, { failed: null, tries: 0 });
    if (entry) this.#send(entry);
  }

  discard(clientId) {
    this.#keep(this.#entries.filter((entry) => entry.client_id !== clientId));
  }

  async #send({ client_id, room, kind, body }) {
    if (this.#flying.has(client_id)) return;
    this.#flying.add(client_id);
    try {
      const ack = await this.#socket.command("message.post", { room, client_id, kind, body });
      this.dispatchEvent(new CustomEvent("stored", { detail: { room, message: ack.message } }));
      this.discard(client_id);
    } catch (error) {
      this.#refused(client_id, error);
    } finally {
      this.#flying.delete(client_id);
    }
  }

  #refused(clientId, error) {
    if (error.code === "unsent") return; // the next connection sends it
    const entry = this.#entries.find((one) => one.client_id === clientId);
    if (!entry) return;
    const again = error.retry && entry.tries < TRIES;
    const changed = this.#change(clientId, { tries: entry.tries + 1, failed: again ? null : error.message });
    if (again) setTimeout(() => this.#send(changed), RETRY);
  }

  #change(clientId, values) {
    this.#keep(this.#entries.map((entry) => (entry.client_id === clientId ? { ...entry, ...values } : entry)));
    return this.#entries.find((entry) => entry.client_id === clientId);
  }

  #keep(entries) {
    this.#entries = entries;
    sessionStorage.setItem(this.#key, JSON.stringify(entries));
    this.changed();
  }
}

// crypto.randomUUID exists on secure origins only, and a site in a home network may have none.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
