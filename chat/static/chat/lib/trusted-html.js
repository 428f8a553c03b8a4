// HTML that the server made and sanitised (chat/markdown, its templates): all that may become part of the page. The
// security policy demands Trusted Types, so that any other text that some code took for HTML is refused by the browser.
const policy = globalThis.trustedTypes?.createPolicy("roomful", { createHTML: (text) => text });

/** @param {string} text */
export const trusted = (text) => policy?.createHTML(text) ?? text;

/** @param {string} text */
export const pageOf = (text) => new DOMParser().parseFromString(trusted(text), "text/html");
