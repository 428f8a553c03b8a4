// The catalogue of the reader's language is a classic script that every page loads before its modules (see base.html).

export const gettext = (text) => globalThis.gettext(text);

export const ngettext = (one, many, count) => globalThis.ngettext(one, many, count);

// `values` is an object: "%(name)s is away".
export const interpolate = (text, values) => globalThis.interpolate(text, values, true);
