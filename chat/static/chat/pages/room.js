import { touchOnInput } from "../connection/activity.js";
import { leadToSignIn } from "../connection/sign-in-redirect.js";
import { Socket, socketUrl } from "../connection/socket.js";
import { tellZone } from "../connection/time-zone.js";
import { learnTime } from "../lib/clock.js";
import { Chat } from "../models/chat.js";
import { Address } from "./address.js";
import { refuseFiles } from "./file-drops.js";
import "../elements/announcement-banner.js";
import "../elements/room-app.js";

// The room's page: starts the app from the server's data.
const state = JSON.parse(document.getElementById("state").textContent);
learnTime(state.now, true);
const socket = new Socket(socketUrl(), state.me);
const chat = new Chat(state, socket);
const app = document.querySelector("room-app");

// Opens another room in place, under its own address.
app.addEventListener("go", ({ detail: id }) => chat.show(id));
if (state.thread) chat.side.openThread(state.thread);
new Address(chat, app);

// A link to a part of the page is not a step in the browser's history.
addEventListener("click", (event) => {
  const link = event.target.closest?.("a.skip");
  if (!link) return;
  event.preventDefault();
  app.skipTo(link.hash.slice(1));
});

// Link to a message from elsewhere: /rooms/3/#message-12.
const [, linked] = location.hash.match(/^#message-(\d+)$/) ?? [];
if (linked) chat.addEventListener("entered", () => chat.lead({ id: Number(linked) }), { once: true });

// Mentions of the user look like mentions of everyone (css/message.css).
const mine = new CSSStyleSheet();
mine.replaceSync(`.mention[data-mention="${chat.me.id}"] { background: var(--told); color: var(--warm-ink); }`);
document.adoptedStyleSheets.push(mine);

leadToSignIn(socket);
touchOnInput(socket);
tellZone(socket);
refuseFiles(chat);
app.chat = chat;
document.querySelector("announcement-banner").socket = socket;
socket.connect();
