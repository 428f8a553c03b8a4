import { rankOf, searchKey } from "./name-search.js";

// For a click without looking, and first among all.
export const QUICK = ["👍", "❤️", "😂", "🎉", "👀", "🙏"];

/** @typedef {{ emoji: string, name: string, key: string, tags: string }} Named */

/**
 * All emoji, from a line for each: "🎉 party popper|celebrate|tada" (bin/vendor). They are called by the first lines, and
 * found by the words of others, too.
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
 * Those that are meant by what was typed, the best match first.
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
 * A name says more than another word for it, and one that is at hand is meant more often.
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
