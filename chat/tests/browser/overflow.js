// Parts of a page that cannot be reached, as sentences. `walk` shows each state of the room's page in turn.
const CONTROLS = "a[href], button, summary, input, select, textarea";
const SEEN = { visibilityProperty: true };

const nameOf = (element) =>
  `${element.localName}.${element.className} "${(element.ariaLabel ?? element.textContent).trim().slice(0, 30)}"`;

// True if the user can scroll sideways to it.
function scrolls(element) {
  for (let around = element.parentElement; around && around !== document.body; around = around.parentElement) {
    if (["auto", "scroll"].includes(getComputedStyle(around).overflowX)) return true;
  }
  return false;
}

function isOutside(element) {
  const { left, right, width } = element.getBoundingClientRect();
  return width > 1 && (left < -0.5 || right > innerWidth + 0.5) && !scrolls(element);
}

function overflow(state) {
  const root = document.documentElement;
  const problems = [];
  if (root.scrollWidth > innerWidth) problems.push(`the page is ${root.scrollWidth} px wide`);
  for (const box of document.querySelectorAll(".log, .message")) {
    if (box.scrollWidth > box.clientWidth) problems.push(`${nameOf(box)} is cut off`);
  }
  for (const control of document.querySelectorAll(CONTROLS)) {
    if (control.checkVisibility(SEEN) && isOutside(control)) problems.push(`${nameOf(control)} is out of reach`);
  }
  return problems.map((problem) => `${innerWidth}, ${state}: ${problem}`);
}

const found = { neighbours: new Set(), siblings: new Set() };

// Notes the adjacent-sibling rules ("a + b") that match now, and those that would if an element stood between the two.
function noteNeighbours() {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  for (const { selectorText: selector } of rules) {
    if (!selector?.includes(" + ")) continue;
    const still = selector.replaceAll(/:(hover|active|focus(-visible|-within)?)(?![\w-])/g, "");
    if (document.querySelector(still)) found.neighbours.add(selector);
    if (document.querySelector(still.replaceAll(" + ", " ~ "))) found.siblings.add(selector);
  }
}

// Adjacent-sibling rules whose two elements were both seen, but never as neighbours.
function deadRules() {
  return [...found.siblings]
    .filter((selector) => !found.neighbours.has(selector))
    .map((selector) => `dead: ${selector}`);
}

const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

// Waits for a condition, for a second at most: after that, the missing element shows up as a failure.
async function until(condition) {
  for (let frames = 0; frames < 60 && !condition(); frames += 1) await frame();
}

async function walk() {
  const app = document.querySelector("room-app");
  const { chat } = app;
  const { conversation } = chat;
  const one = (selector) => document.querySelector(selector);
  const [message] = chat.timeline.messages.filter(({ replies }) => replies);
  const person = message.author;
  const tell = (type, detail) => app.dispatchEvent(new CustomEvent(type, { detail }));
  const opened = (open) => [open, () => one("dialog[open]"), () => one("dialog[open]").close()];
  const dialog = (type, detail) => opened(() => tell(type, detail));
  const drawer = (name) => [
    () => one("main").dispatchEvent(new CustomEvent("drawer", { detail: name })),
    () => true,
    () => one(".scrim").click(),
  ];
  const side = (open, selector) => [open, () => one(`room-side ${selector}`), () => chat.side.close()];
  const menu = (selector) => [() => one(selector).click(), () => true, () => one(selector).click()];
  const popover = (open) => [open, () => one(":popover-open"), () => one(":popover-open").hidePopover()];
  const tools = (what) =>
    popover(() => {
      one(`main article[data-id="${message.id}"]`).focus();
      return until(() => one("message-tools button")).then(() =>
        one("message-tools")[what](one("message-tools button")),
      );
    });
  const states = {
    room: [() => {}, () => true, () => {}],
    rooms: drawer("rail"),
    people: drawer("roster"),
    thread: side(() => chat.side.openThread(message.id), ".replies-line ~ .stretch article"),
    threads: side(() => chat.side.open("threads"), ".card"),
    pins: side(() => chat.side.open("pins"), ".card"),
    menu: menu("room-header summary"),
    account: menu("account-menu summary"),
    keeping: popover(() => one("room-menu").open(chat.shown, one(".keep"))),
    tools: tools("openMenu"),
    emoji: tools("openPicker"),
    card: popover(() => tell("person", person)),
    editing: [() => conversation.edit(message.id), () => one("message-editor"), () => conversation.edit(null)],
    quoting: [() => conversation.quote(message), () => one(".quoting"), () => conversation.quote(null)],
    complaint: [() => chat.complain("w".repeat(120)), () => one(".complaint p"), () => one(".complaint .tool").click()],
    about: opened(() => one("about-dialog").open()),
    status: opened(() => one("status-dialog").open()),
    write: opened(() =>
      one("message-dialog")
        .open()
        .then(() => until(() => one(".message-dialog [role=option]"))),
    ),
    delete: dialog("delete", message),
    report: dialog("report", message),
    edits: dialog("history", message),
    leave: dialog("leave", chat.room),
    ban: dialog("moderate", { act: "ban", user: person }),
    purge: dialog("purge", message),
    block: dialog("block", person),
  };
  const problems = [];
  for (const [name, [open, isOpen, close]] of Object.entries(states)) {
    await open();
    await until(isOpen);
    await frame();
    noteNeighbours();
    problems.push(...(isOpen() ? overflow(name) : [`${innerWidth}, ${name}: does not show`]));
    if (isOpen()) await close();
    await frame();
  }
  return [...problems, ...deadRules()];
}
