// The catalogue of the user's language is a classic script, which every page loads before its modules (see base.html).

/** @param {string} text */
export const gettext = (text) => globalThis.gettext(text);

/**
 * @param {string} one
 * @param {string} many
 * @param {number} count
 */
export const ngettext = (one, many, count) => globalThis.ngettext(one, many, count);

/**
 * Fills in the object `values`, as in "%(name)s is away".
 * @param {string} text
 * @param {Record<string, unknown>} values
 */
export const interpolate = (text, values) => globalThis.interpolate(text, values, true);
