import { pageOf } from "../lib/trusted-html.js";
import { drawMoments } from "./moments.js";

// Refreshes the marked part of the page from the server, again and again while the page is visible.
const EVERY = 5000; // ms
const PART = "[data-refresh]";

async function refresh() {
  const part = document.querySelector(PART);
  if (document.hidden || part.contains(document.activeElement)) return; // the focus would be lost
  try {
    const response = await fetch(location.href);
    const page = pageOf(await response.text());
    const fresh = response.ok && page.querySelector(PART);
    if (!fresh) return;
    drawMoments(fresh);
    part.replaceWith(fresh);
  } catch {
    // The server is away: the old numbers stay until it is back.
  }
}

setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);
