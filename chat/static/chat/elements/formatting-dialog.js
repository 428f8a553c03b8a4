import { gettext } from "../lib/i18n.js";
import { spoiler } from "../parts/spoilers.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// Help on formatting: the markup and its result, as in the table of docs/protocol.md.
export class FormattingDialog extends LightElement {
  static properties = { isOpen: { state: true } };

  async open() {
    this.isOpen = true;
    await this.updateComplete;
    this.querySelector("dialog").showModal();
  }

  render() {
    if (!this.isOpen) return nothing;
    const title = gettext("Formatting");
    return html`<dialog class="formatting" aria-label=${title} @close=${this.#closed}><h2>${title}</h2>
      <div class="scroll" tabindex="0" role="group" aria-label=${title}><table class="examples">
        <thead><tr><th scope="col">${gettext("You type")}</th><th scope="col">${gettext("You get")}</th></tr></thead>
        <tbody>${examples(gettext("text"), gettext("more")).map(row)}</tbody></table>
        <p>${gettext("Put a backslash before a character to show it as it is. All other text stays as you type it.")}</p>
        <h3>${gettext("Shortcuts and commands")}</h3>
        <table class="examples"><tbody>${keys(gettext("text")).map(key)}</tbody></table></div>
      <form method="dialog" class="buttons"><button class="button quiet" autofocus>${gettext("Close")}</button></form>
      </dialog>`;
  }

  #closed = () => {
    this.isOpen = false;
  };
}

const row = ([typed, shown]) => html`<tr><td><code>${typed}</code></td><td><div class="body">${shown}</div></td></tr>`;

const key = ([typed, does]) => html`<tr><td><kbd>${typed}</kbd></td><td>${does}</td></tr>`;

const CONTROL = /Mac|iP/.test(navigator.platform) ? "⌘" : "Ctrl";

function keys(a) {
  return [
    [`${CONTROL} B · ${CONTROL} I`, gettext("Make the selection bold or italic")],
    ["↑", gettext("Edit your last message (when the field is empty)")],
    ["Page Up · Page Down", gettext("Scroll the conversation")],
    ["Alt ↑ · Alt ↓", gettext("Go to the next room; with Shift, to the next unread room")],
    [`${CONTROL} K`, gettext("Find a room")],
    [`/me ${a}`, gettext("Post an action")],
    [`//${a}`, gettext("Post text that starts with a slash")],
  ];
}

function examples(a, b) {
  return [
    [`*${a}* _${b}_`, html`<p><em>${a}</em> <em>${b}</em></p>`],
    [`**${a}**`, html`<p><strong>${a}</strong></p>`],
    [`~~${a}~~`, html`<p><s>${a}</s></p>`],
    [`||${a}||`, html`<p>${spoiler(a)}</p>`],
    [`\`${a}\``, html`<p><code>${a}</code></p>`],
    ["```python\nx = 1\n```", html`<pre><code>x = <span class="m">1</span></code></pre>`],
    [`> ${a}`, html`<blockquote><p>${a}</p></blockquote>`],
    [`- ${a}\n  - ${b}`, html`<ul><li><p>${a}</p><ul><li><p>${b}</p></li></ul></li></ul>`],
    [`1. ${a}\n2. ${b}`, html`<ol><li><p>${a}</p></li><li><p>${b}</p></li></ol>`],
    [`- [ ] ${a}\n- [x] ${b}`, html`<ul>${task(a, false)}${task(b, true)}</ul>`],
    [`# ${a}`, html`<p><strong>${a}</strong></p>`],
    [`${a} | ${b}\n--|--\n1 | 2`, table(a, b)],
    [`[${a}](https://example.org)`, link(a)],
    [":tada:", html`<p>🎉</p>`],
    [`\\*${a}\\*`, html`<p>*${a}*</p>`],
  ];
}

const task = (words, isDone) =>
  html`<li class="task"><p><label><input type="checkbox" disabled ?checked=${isDone}> ${words}</label></p></li>`;

const table = (a, b) => html`<div class="table"><table><thead><tr><th>${a}</th><th>${b}</th></tr></thead>
  <tbody><tr><td>1</td><td>2</td></tr></tbody></table></div>`;

const link = (words) => html`<p><a href="https://example.org" target="_blank" rel="noopener noreferrer nofollow"
  >${words} <span class="host" dir="ltr">(example.org)</span></a></p>`;

customElements.define("formatting-dialog", FormattingDialog);
