/**
 * Whether a message addresses a person: by their id, or with everyone.
 * @type {(message: { told?: number[] | "everyone" }, user: { id: number }) => boolean}
 */
export const tells = ({ told }, { id }) => told === "everyone" || Boolean(told?.includes(id));

// A sign that begins a mention, as chat/markup/markdown/words.py has it: not behind a letter or a digit, as in an e-mail
// address. An emoji may end in a mark.
const BEGUN = /(?<!(?:[\p{L}\p{N}]|(?!\ufe0e|\ufe0f|\u20e3)\p{M})_?|@)@((?:[\p{L}\p{N}_.-]|\p{M}){0,40})$/u;

/**
 * The beginning of a name behind the sign, at the end of the text; undefined where there is none.
 * @type {(text: string) => string | undefined}
 */
export const begunMention = (text) => text.match(BEGUN)?.[1];
