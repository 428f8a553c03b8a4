import { Following } from "../lib/observable.js";
import { LitElement } from "../vendor/lit.js";

const LATEST = 100; // ms: a tab in the background gets no frames, and must still keep up

// Custom element without a shadow root, so that the page's own style applies. All changes within a frame are drawn
// once.
export class LightElement extends LitElement {
  #following = new Following(this);

  createRenderRoot() {
    this.replaceChildren(); // the server's skeleton
    return this;
  }

  // Elements that were removed from the page are not drawn, and follow no state.
  shouldUpdate() {
    return this.isConnected;
  }

  async scheduleUpdate() {
    await nextFrame();
    super.scheduleUpdate();
  }

  follow(...models) {
    this.#following.follow(...models);
  }
}

function nextFrame() {
  return new Promise((resolve) => {
    requestAnimationFrame(resolve);
    setTimeout(resolve, LATEST);
  });
}
