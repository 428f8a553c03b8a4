/**
 * Returns true if a message mentions a user, by id or with everyone.
 * @type {(message: { told?: number[] | "everyone" }, user: { id: number }) => boolean}
 */
export const tells = ({ told }, { id }) => told === "everyone" || Boolean(told?.includes(id));

// Sign that begins a mention, as in chat/markup/markdown/words.py: not after a letter or a digit, as in an email
// address. An emoji may end in a mark.
const BEGUN = /(?<!(?:[\p{L}\p{N}]|(?!\ufe0e|\ufe0f|\u20e3)\p{M})_?|@)@((?:[\p{L}\p{N}_.-]|\p{M}){0,40})$/u;

/**
 * Returns the start of a name after the sign, at the end of the text; undefined if there is none.
 * @type {(text: string) => string | undefined}
 */
export const begunMention = (text) => text.match(BEGUN)?.[1];
