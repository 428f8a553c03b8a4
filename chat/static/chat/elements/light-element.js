import { Following } from "../lib/observable.js";
import { LitElement } from "../vendor/lit.js";

const LATEST = 100; // ms: a tab in the background is given no frames, and must not fall behind for ever

// A custom element without a shadow: the page's own style reaches it. What changes within one frame is drawn once.
export class LightElement extends LitElement {
  #following = new Following(this);

  createRenderRoot() {
    this.replaceChildren(); // the skeleton that the server sent
    return this;
  }

  // What was taken out of the page meanwhile is drawn no more, and follows nothing any more.
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
