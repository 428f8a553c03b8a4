import { touchOnInput } from "../connection/activity.js";
import { leaveEarlier } from "../connection/shown-rooms.js";
import { leadToSignIn } from "../connection/sign-in-redirect.js";
import { Socket, socketUrl } from "../connection/socket.js";
import { tellZone } from "../connection/time-zone.js";
import { pageOf } from "../lib/trusted-html.js";
import { Blocks } from "../models/blocks.js";
import { Rooms } from "../models/rooms.js";
import { Status } from "../models/status.js";
import { hereText, unreadText, waitingText } from "../parts/counts.js";
import { waitingIn } from "../rules/badge-counts.js";
import { rankOf, searchKey } from "../rules/name-search.js";
import "../elements/announcement-banner.js";
import "../elements/connection-banner.js";
import "../elements/account-menu.js";

const SPREAD = 500; // ms
const TYPING = 250; // ms: a pause after which the typed text is complete

// The index. The server renders its lists, and this script keeps their numbers up to date.
class Index {
  #rooms;
  #socket;
  #title = document.title;
  #waiting = null;
  #searching = null;
  #asked = new URLSearchParams(location.search).get("q")?.trim() ?? ""; // search text of the server's list

  constructor({ me, rooms }, socket) {
    this.#rooms = new Rooms(me, rooms, new Blocks(socket));
    this.#socket = socket;
    this.#on("hello", ({ rooms }) => this.#greeted(rooms));
    this.#on("message.posted", (event) => this.#posted(event));
    this.#on("message.changed", (event) => this.#rooms.turned(event, false));
    this.#on("message.reacted", (event) => this.#rooms.reached(event));
    this.#on("messages.requoted", (event) => this.#rooms.reached(event));
    this.#on("messages.deleted", (event) => this.#rooms.takenBack(event));
    this.#on("messages.removed", (event) => this.#rooms.takenBack(event));
    this.#on("read.moved", (event) => this.#rooms.moved(event, false));
    this.#on("blocks.changed", (event) => this.#rooms.recounted(event.rooms));
    this.#on("room.gained", ({ room }) => this.#rooms.put(room) ?? this.#list());
    this.#on("room.kept", (event) => this.#rooms.kept(event) ?? this.#list());
    this.#on("room.lost", ({ room }) => this.#rooms.remove(room) ?? this.#list());
    this.#on("room.changed", () => this.#listSoon());
    this.#on("user.changed", ({ user }) => this.#renamed(user));
    this.#on("presence.counted", ({ rooms }) => this.#rooms.counted(rooms));
    this.#on("directory.counted", ({ rooms }) => this.#count(rooms));
    this.#rooms.addEventListener("change", () => this.#draw());
    this.#field.addEventListener("input", () => this.#narrow());
  }

  #on(type, handle) {
    this.#socket.addEventListener(type, ({ detail }) => handle(detail));
  }

  #greeted(rooms) {
    this.#rooms.replace(rooms);
    leaveEarlier(this.#socket);
    this.#watch();
  }

  // The name of a direct conversation comes from its members.
  #renamed(user) {
    if ([...this.#rooms.sorted].some(({ people }) => people?.some(({ id }) => id === user.id))) this.#listSoon();
    this.#rooms.renamed(user);
  }

  // A conversation that was put away reappears with the next message.
  #posted(event) {
    this.#rooms.posted(event, false);
    const { unread, threads } = this.#rooms.get(event.room) ?? {};
    if ((unread || threads) && !document.querySelector(`.yours [data-room="${event.room}"]`)) this.#list();
  }

  async #watch() {
    try {
      const ack = await this.#socket.command("directory.watch");
      this.#count(ack.rooms);
    } catch ({ wait }) {
      this.#count(null);
      if (wait) setTimeout(() => this.#watch(), wait);
    }
  }

  #draw() {
    for (const entry of document.querySelectorAll(".yours [data-room]")) {
      const room = this.#rooms.get(Number(entry.dataset.room));
      if (room) drawUnread(entry, waitingIn(room));
      if (room) drawHere(entry, room.here);
    }
    document.title = waitingText(this.#rooms) + this.#title;
  }

  #count(counts) {
    for (const entry of document.querySelectorAll(".public [data-room]")) {
      if (!counts) drawHere(entry, null);
      else if (entry.dataset.room in counts) drawHere(entry, counts[entry.dataset.room]);
    }
  }

  // Loads the lists again from the server.
  async #list() {
    await this.#replace(".lists");
    this.#narrow();
  }

  async #replace(selector) {
    const { pathname } = document.querySelector(".brand");
    const query = this.#asked ? `?${new URLSearchParams({ q: this.#asked })}` : "";
    const response = await fetch(pathname + query);
    const part = pageOf(await response.text()).querySelector(selector);
    if (part) document.querySelector(selector).replaceWith(part);
  }

  // A change concerns the pages of many users: spreads their requests over time.
  #listSoon() {
    this.#waiting ??= setTimeout(() => {
      this.#waiting = null;
      this.#list();
    }, Math.random() * SPREAD);
  }

  get #field() {
    return document.querySelector(".go [name=name]");
  }

  // Narrows the lists by the typed text. If public rooms fill several pages, the server searches them.
  #narrow() {
    const wanted = this.#field.value.trim();
    const isPart = "isPart" in document.querySelector(".public").dataset;
    for (const item of document.querySelectorAll(isPart ? ".yours .list li" : ".list li")) {
      item.hidden = wanted !== "" && !rankOf(keyOf(item), wanted);
    }
    const more = document.querySelector(".more-rooms");
    if (more && wanted) more.open = true; // matches may be in the folded part
    if (isPart && wanted !== this.#asked) this.#searchSoon();
  }

  #searchSoon() {
    clearTimeout(this.#searching);
    this.#searching = setTimeout(async () => {
      this.#asked = this.#field.value.trim();
      await this.#replace(".public");
      this.#narrow();
    }, TYPING);
  }
}

// The searchable text of an entry: name, topic and description.
function keyOf(item) {
  return searchKey(...[...item.querySelectorAll("b, small")].map((part) => part.textContent));
}

function drawUnread(entry, { unread, mentions }) {
  const badge = entry.querySelector(".badge");
  entry.classList.toggle("unread", unread > 0);
  badge.hidden = unread === 0;
  badge.classList.toggle("mention", mentions > 0);
  badge.textContent = mentions ? `@${unreadText(mentions)}` : unreadText(unread);
}

function drawHere(entry, here) {
  const now = entry.querySelector("[data-here]");
  now.dataset.here = here ?? "";
  now.textContent = here === null ? "" : hereText(here);
}

const stated = (id) => JSON.parse(document.getElementById(id).textContent);
const me = stated("me");
const socket = new Socket(socketUrl(), me);
new Index({ me, rooms: stated("rooms") }, socket);
leadToSignIn(socket);
touchOnInput(socket);
tellZone(socket);
Object.assign(document.querySelector("account-menu"), { me, socket, status: new Status(socket) });
document.querySelector("connection-banner").socket = socket;
document.querySelector("announcement-banner").socket = socket;
socket.connect();
