import { html } from "../vendor/lit.js";

const LINK = /https?:\/\/[^\s<>"]+/giu;
const TAIL = /[.,;:!?'’”…]+$/u; // the sentence's, not the address's

// The host shows: nothing stands before it, and nothing in it looks like its end. As in chat/addresses.py.
const PLAIN = /^https?:\/\/(?:[\p{L}\p{M}\p{Nd}._:-]+|\[[\da-f:.]+\](?::\d*)?)(?=[/?#]|$)/iu;
const SLASH_LETTER = /^[^:]+:\/\/[^/?#]*(?:[a-z\d][\u3033\u30ce\u4e3f\u2cc6\u2cc7]|[\u3033\u30ce\u4e3f\u2cc6\u2cc7][a-z\d])/iu;

// Text stays text; what looks like a web address in it becomes a link.
export function linked(text) {
  const parts = [];
  let end = 0;
  for (const { 0: match, index } of text.matchAll(LINK)) {
    const address = trimmed(match);
    if (!URL.canParse(address) || !PLAIN.test(address) || SLASH_LETTER.test(address)) continue;
    parts.push(text.slice(end, index), link(address));
    end = index + address.length;
  }
  return [...parts, text.slice(end)];
}

function link(address) {
  return html`<a href=${address} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">${address}</a>`;
}

// A closing bracket belongs to the address only where its opening one does too.
function trimmed(match) {
  let address = match.replace(TAIL, "");
  for (const [open, close] of ["()", "[]", "{}"]) {
    while (address.endsWith(close) && count(address, close) > count(address, open)) {
      address = address.slice(0, -1).replace(TAIL, "");
    }
  }
  return address;
}

const count = (text, letter) => text.split(letter).length - 1;
