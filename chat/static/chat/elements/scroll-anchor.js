const NEAR_END = 48; // px: a line or so away still counts as the end
const ABOVE = 64; // px above the "New" line, for overlays on the log
const NEAR = 900; // px: about a screen, so that more messages load before the reader gets there
const PAGE = 0.9; // share of the log's height: a line or two stay visible
const KEYS = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", " "]); // keys that scroll

// Scroll position of a log: it sticks to the end; elsewhere the visible messages stay in place.
export class ScrollAnchor {
  #host;
  #log = null;
  #stuck = true;
  #top = 0;
  #first = null;
  #anchor = null;
  #sizes = new ResizeObserver(() => this.#settle());

  constructor(host) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected() {
    this.#sizes.disconnect();
    this.#log = null;
  }

  stick() {
    this.#stuck = true;
    this.#settle();
  }

  turn(pages) {
    this.#log?.scrollBy({ top: pages * PAGE * this.#log.clientHeight });
    this.#host.readsOn();
  }

  // The log no longer sticks to the end when the reader is moved elsewhere.
  release() {
    this.#stuck = false;
  }

  // Scrolls to a message, and highlights it briefly.
  show(article) {
    this.release();
    article.scrollIntoView({ block: "center" });
    article.focus({ preventScroll: true });
    article.dataset.lit = "";
    article.addEventListener("animationend", () => delete article.dataset.lit, { once: true });
    this.#scrolled();
  }

  // Before an update: if content above will be added or removed, remembers the position of a visible message.
  before(messages) {
    const [first] = messages;
    const isNew = first?.position !== this.#first?.position;
    const article = isNew && this.#first && !this.#stuck && this.#inSight();
    this.#anchor = article ? { article, bottom: article.getBoundingClientRect().bottom } : null;
    this.#first = first;
  }

  // Other changes are corrected before the paint, when the browser has computed the layout anyway.
  after() {
    this.#observe();
    if (!this.#anchor?.article.isConnected) return;
    const { article, bottom } = this.#anchor;
    this.#log.scrollTop += article.getBoundingClientRect().bottom - bottom;
    this.#settle();
  }

  // The position of the lowest message that is completely visible.
  get lowest() {
    const end = this.#log?.getBoundingClientRect().bottom + 1;
    const begins = (element) => element.getBoundingClientRect().top < end;
    const isWhole = (article) => article.getBoundingClientRect().bottom <= end;
    const stretch = [...(this.#log?.querySelectorAll(".stretch") ?? [])].findLast(begins);
    const last = stretch && [...stretch.querySelectorAll("article[data-position]")].findLast(isWhole);
    const before = stretch?.previousElementSibling?.querySelector("article[data-position]:last-of-type");
    return Number((last ?? before)?.dataset.position ?? 0);
  }

  // The topmost message that is at least partly visible. If nothing is laid out, positions mean nothing.
  #inSight() {
    const { top } = this.#log.getBoundingClientRect();
    const ends = (element) => element.getBoundingClientRect().bottom > top;
    const stretch = [...this.#log.querySelectorAll(".stretch")].find(ends);
    return stretch && [...stretch.querySelectorAll("article")].find(ends);
  }

  #observe() {
    if (this.#log) return;
    this.#log = this.#host.querySelector(".log");
    this.#log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    for (const type of ["wheel", "touchmove"]) {
      this.#log.addEventListener(type, () => this.#host.readsOn(), { passive: true });
    }
    this.#log.addEventListener("keydown", ({ key, target }) => {
      if (KEYS.has(key) && target.matches(".log, article")) this.#host.readsOn();
    });
    this.#log.addEventListener("pointerdown", ({ target }) => {
      if (target === this.#log) this.#host.readsOn(); // a drag of the scroll bar
    });
    this.#sizes.observe(this.#log);
    this.#sizes.observe(this.#log.firstElementChild);
  }

  // Only the user scrolls up; growing content moves the end away without a scroll event.
  #scrolled() {
    if (!this.#log) return;
    const { scrollTop } = this.#log;
    if (this.#distance < NEAR_END && this.#host.isComplete) this.#stuck = true;
    else if (scrollTop < this.#top - 1) this.#stuck = false;
    this.#top = scrollTop;
    this.#tell();
  }

  #settle() {
    if (!this.#log) return;
    if (this.#stuck) this.#toEnd();
    this.#log.style.overflowAnchor = this.#stuck ? "none" : ""; // at the end, no message is held in place
    this.#top = this.#log.scrollTop;
    this.#tell();
  }

  // Scrolls to the end, but not past unseen new messages.
  #toEnd() {
    const { scrollHeight, clientHeight, scrollTop } = this.#log;
    const line = this.#host.unseenLine;
    const above = line ? line.getBoundingClientRect().top - this.#log.getBoundingClientRect().top : 0;
    const stop = line ? Math.max(0, scrollTop + above - ABOVE) : Infinity;
    this.#stuck = stop >= scrollHeight - clientHeight - 1;
    this.#log.scrollTop = Math.min(stop, scrollHeight);
  }

  #tell() {
    this.#host.scrolled(this.#stuck, this.#isNearTop, this.#distance < NEAR);
  }

  // Nothing is added above the initial position, at the end or at the "New" line, until the reader scrolls: browsers
  // count scripted anchoring as a layout shift. This does not apply if the log hardly scrolls, since the reader could
  // not request more.
  get #isNearTop() {
    const { scrollTop, scrollHeight, clientHeight } = this.#log;
    const waits = (this.#stuck || this.#host.unseenLine) && scrollHeight - clientHeight > NEAR_END;
    return scrollTop < NEAR && !waits;
  }

  get #distance() {
    return this.#log.scrollHeight - this.#log.clientHeight - this.#log.scrollTop;
  }
}
