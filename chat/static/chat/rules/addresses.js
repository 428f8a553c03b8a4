// Bare addresses in text. chat/markup/markdown/bare_links.py finds the same ends and targets.

const SCHEME = /https?:\/\//giu;
const RUN = /[^\s<>"\p{Cc}\ufeff]*/uy;

// Punctuation that no address has: full-width, typographic, of another script, a long dash. A mark within a word is not
// punctuation. Neither is a lookalike of a slash: an address cut before it could be mistaken for another one.
const MARK =
  /(?![·・･’׳״་／⁄])(?:(?=[^\0-\x7f])[\p{Po}\p{Ps}\p{Pe}\p{Pi}\p{Pf}]|[\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\uffe0-\uffe6\u2014\u2015\u2e3a\u2e3b\u301c\u3030])/u;
// At the end of an address these belong to the sentence, and so do invisible characters: some keyboards put them around
// each address.
const SENTENCE = /[.,;:!?'’–\u00ad\u061c\u200b\u200c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069]+$/u;
/** @type {Record<string, string>} */
const CLOSING = { "(": ")", "[": "]", "{": "}" };

// The host must be visible: nothing precedes it, and nothing in it looks like its end. As in chat/markup/links.py.
const PLAIN = /^https?:\/\/(?:[\p{L}\p{M}\p{Nd}._:-]+|\[[\da-f:.]+\](?::\d*)?)(?=[/?#]|$)/iu;
// direction marks
const TURNED = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|%e2%80%(?:8[ef]|a[a-e])|%e2%81%a[6-9]|%d8%9c/iu;
const SLASH_LETTER =
  /^[^:]+:\/\/[^/?#]*(?:[a-z\d][\u3033\u30ce\u4e3f\u2cc6\u2cc7]|[\u3033\u30ce\u4e3f\u2cc6\u2cc7][a-z\d])/iu;

/**
 * Returns the addresses as `{ start, end }`.
 * @param {string} text
 */
export function addressesIn(text) {
  const found = [];
  for (let match = SCHEME.exec(text); match; match = SCHEME.exec(text)) {
    const start = match.index;
    const end = endOf(text, start + match[0].indexOf(":"));
    SCHEME.lastIndex = Math.max(end, SCHEME.lastIndex);
    if (/[a-z\d]/iu.test(text[start - 1] ?? "") || !isLink(text.slice(start, end))) continue;
    found.push({ start, end });
  }
  return found;
}

/** @param {string} address */
const isLink = (address) =>
  PLAIN.test(address) && !SLASH_LETTER.test(address) && !TURNED.test(address) && URL.canParse(address);

/**
 * @param {string} text
 * @param {number} start
 */
function endOf(text, start) {
  RUN.lastIndex = start;
  let run = RUN.exec(text)?.[0] ?? "";
  const mark = run.search(MARK);
  if (mark >= 0) run = run.slice(0, mark);
  return start + run.slice(0, balanced(run)).replace(SENTENCE, "").length;
}

/**
 * Returns the position of the first bracket without a partner.
 * @param {string} run
 */
function balanced(run) {
  const waiting = [];
  for (const { 0: bracket, index } of run.matchAll(/[(){}[\]]/gu)) {
    if (bracket in CLOSING) waiting.push({ closing: CLOSING[bracket], index });
    else if (waiting.at(-1)?.closing === bracket) waiting.pop();
    else return waiting[0]?.index ?? index;
  }
  return waiting[0]?.index ?? run.length;
}
