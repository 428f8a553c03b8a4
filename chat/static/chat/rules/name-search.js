// Search keys of names: without case and accents, in every script. accounts/usernames/search_keys.py has the same rule,
// and the reasons; accounts/tests/helpers/texts.json has cases for both.

const APOSTROPHES = /['`´‘’ʼʻ＇]/gu;
const LEFT_OUT =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each is left out by itself
  /[\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0640\u00ad\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\u{e0000}-\u{e0fff}]/gu;
const AS_TYPED = new Map([
  ...Object.entries({ đ: "d", ð: "d", ħ: "h", ı: "i", ł: "l", ø: "o", ŧ: "t", æ: "ae", œ: "oe", þ: "th" }),
  ...Object.entries({ ك: "ک", ي: "ی", ى: "ی", ς: "σ" }),
]);
const WORD_OF_ITS_OWN =
  /[\u1100-\u115e\ua960-\ua97c\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ec0-\u0ec6\u1000-\u102a\u1780-\u17b3\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\u{20000}-\u{3ffff}]/gu;
const PLAIN = /^[a-z\d]+(?: [a-z\d]+)*$/i; // most words: lower case is enough for them
const BETWEEN_WORDS = /[^\p{L}\p{M}\p{N}\p{S}]+/gu;

/** @param {string} text */
export function wordsOf(text) {
  if (PLAIN.test(text)) return text.toLowerCase();
  const bare = text.replace(APOSTROPHES, "").normalize("NFKD").replace(LEFT_OUT, "");
  const plain = [...folded(bare)].map((character) => AS_TYPED.get(character) ?? character).join("");
  return plain.replace(WORD_OF_ITS_OWN, " $&").replace(BETWEEN_WORDS, " ").trim() || plain;
}

/** @param {string[]} names */
export function searchKey(...names) {
  return names.map((name) => ` ${wordsOf(name)}`).join("\n");
}

/**
 * Ranks a match: 4 if the name equals the search text, 3 if it starts with it, 2 if a word starts with it, 1 if it
 * contains it, 0 otherwise. `key` may have several names.
 * @param {string} key
 * @param {string} wanted
 */
export function rankOf(key, wanted) {
  const words = wordsOf(wanted);
  const names = key.split("\n");
  if (names.includes(` ${words}`)) return 4;
  if (names.some((name) => name.startsWith(` ${words}`))) return 3;
  if (key.includes(` ${words}`)) return 2;
  return key.includes(words) ? 1 : 0;
}

/**
 * Returns true if a word of a name starts with the text.
 * @param {string} key
 * @param {string} wanted
 */
export function begins(key, wanted) {
  return rankOf(key, wanted) > 1;
}

/**
 * Unicode's case folding: through upper case, ß and ẞ become ss.
 * @param {string} text
 */
function folded(text) {
  return text.toLowerCase().toUpperCase().toLowerCase();
}
