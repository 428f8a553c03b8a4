import { rankOf, searchKey } from "./name-search.js";

// Shown first, for quick use.
export const QUICK = ["👍", "❤️", "😂", "🎉", "👀", "🙏"];

/** @typedef {{ emoji: string, name: string, key: string, tags: string }} Named */

/**
 * Parses all emoji, from lines such as "🎉 party popper|celebrate|tada" (bin/vendor). Names come from the first
 * language; the search uses the words of all.
 * @param {string[]} languages
 * @returns {Named[]}
 */
export function emojiFrom(...languages) {
  const [first, ...others] = languages.map((lines) => new Map(lines.split("\n").map(wordsIn)));
  const all = [...first].map(([emoji, words]) => {
    const called = [words, ...others.map((language) => language.get(emoji) ?? [])];
    const key = searchKey(...called.map(([name = ""]) => name));
    return { emoji, name: words[0], key, tags: searchKey(called.flatMap(([_name, ...tags]) => tags).join(" ")) };
  });
  return [...QUICK.flatMap((emoji) => all.find((each) => each.emoji === emoji) ?? []), ...all.filter(isNotQuick)];
}

/**
 * Returns the emoji that match the typed text, the best match first.
 * @param {Named[]} all
 * @param {string} wanted
 */
export function emojiNamed(all, wanted) {
  if (!wanted) return all;
  const ranked = all.map((each) => ({ each, rank: rankIn(each, wanted) }));
  const found = ranked.filter(({ rank }) => rank).sort((one, other) => other.rank - one.rank);
  return found.map(({ each }) => each);
}

/**
 * Ranks a name above other words, and quick emoji above others.
 * @param {Named} named
 * @param {string} wanted
 */
function rankIn({ emoji, key, tags }, wanted) {
  if (emoji === wanted) return 5;
  const rank = rankOf(key, wanted);
  if (rank > 1) return QUICK.includes(emoji) ? 4 : rank;
  return rankOf(tags, wanted) > 1 ? 1 : rank / 2;
}

/**
 * @param {string} line
 * @returns {[emoji: string, words: string[]]}
 */
function wordsIn(line) {
  const blank = line.indexOf(" ");
  return [line.slice(0, blank), line.slice(blank + 1).split("|")];
}

/** @param {Named} named */
const isNotQuick = ({ emoji }) => !QUICK.includes(emoji);
