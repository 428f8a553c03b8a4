// The catalogue of the reader's language is a classic script that every page loads before its modules (see base.html).

/** @param {string} text */
export const gettext = (text) => globalThis.gettext(text);

/**
 * @param {string} one
 * @param {string} many
 * @param {number} count
 */
export const ngettext = (one, many, count) => globalThis.ngettext(one, many, count);

/**
 * `values` is an object: "%(name)s is away".
 * @param {string} text
 * @param {Record<string, unknown>} values
 */
export const interpolate = (text, values) => globalThis.interpolate(text, values, true);
