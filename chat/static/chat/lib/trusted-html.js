// HTML that the server built and sanitised (chat/markdown, templates). No other HTML may become part of the page. The
// security policy demands Trusted Types, so the browser refuses any other text that code uses as HTML.
const policy = globalThis.trustedTypes?.createPolicy("roomful", { createHTML: (text) => text });

/** @param {string} text */
export const trusted = (text) => policy?.createHTML(text) ?? text;

/** @param {string} text */
export const pageOf = (text) => new DOMParser().parseFromString(trusted(text), "text/html");
