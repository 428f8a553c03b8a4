import { pageOf } from "../lib/trusted-html.js";
import { drawMoments } from "./moments.js";

// The part of the page that is marked, as the server would write it now: again and again, while somebody looks at it.
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
    // The server is away: the numbers stay, and come again with it.
  }
}

setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);
