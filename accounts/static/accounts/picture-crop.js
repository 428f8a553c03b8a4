const STEP = 0.04; // share of the square that an arrow key moves
const ZOOM_STEP = 5; // of the slider's 100
const CLOSEST = 5; // maximum zoom, relative to the whole picture

// Crop of a chosen picture to a square, moved and zoomed by pointer, wheel and keyboard. The server gets it in pixels
// of the picture; without this script it crops the centre.
class PictureCrop extends HTMLElement {
  #picture = null;
  #middle = { x: 0, y: 0 };

  connectedCallback() {
    this.canvas.addEventListener("keydown", (event) => this.#key(event));
    this.canvas.addEventListener("pointermove", (event) => this.#drag(event));
    this.canvas.addEventListener("pointerdown", ({ pointerId }) => this.canvas.setPointerCapture(pointerId));
    this.canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.zoom.addEventListener("input", () => this.#draw());
    this.#file.addEventListener("change", () => this.#choose(this.#file.files[0]));
    this.#choose(this.#file.files[0]); // browsers keep the file after a reload
  }

  get canvas() {
    return this.querySelector("canvas");
  }

  get zoom() {
    return this.querySelector("input");
  }

  get #form() {
    return this.closest("form");
  }

  get #file() {
    return this.#form.elements.picture;
  }

  get #side() {
    const { width, height } = this.#picture;
    return Math.max(1, Math.min(width, height) / CLOSEST ** (this.zoom.value / 100));
  }

  async #choose(file) {
    const tooBig = this.#form.querySelector("[data-too-big]");
    tooBig.hidden = !file || file.size <= Number(tooBig.dataset.tooBig);
    this.#picture?.close();
    this.#picture = file && tooBig.hidden ? await createImageBitmap(file).catch(() => null) : null;
    this.hidden = !this.#picture;
    this.#form.querySelector("[data-use]").hidden = this.hidden;
    this.#form.querySelector("[data-unreadable]").hidden = !file || !tooBig.hidden || !this.hidden;
    if (!this.#picture) return this.#tell({});
    this.zoom.value = 0;
    this.#middle = { x: this.#picture.width / 2, y: this.#picture.height / 2 };
    return this.#draw();
  }

  #draw() {
    const { width, height } = this.#picture;
    const side = this.#side;
    this.#middle.x = Math.min(Math.max(this.#middle.x, side / 2), width - side / 2);
    this.#middle.y = Math.min(Math.max(this.#middle.y, side / 2), height - side / 2);
    const [left, top] = [this.#middle.x - side / 2, this.#middle.y - side / 2];
    const context = this.canvas.getContext("2d");
    context.fillStyle = "#fff"; // the server fills transparent areas in the same way
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    context.drawImage(this.#picture, left, top, side, side, 0, 0, this.canvas.width, this.canvas.height);
    this.#tell({ left, top, side });
  }

  #tell(square) {
    for (const name of ["left", "top", "side"]) {
      this.#form.elements[name].value = square[name] === undefined ? "" : Math.floor(square[name]);
    }
  }

  #move(x, y) {
    this.#middle.x += x * this.#side;
    this.#middle.y += y * this.#side;
    this.#draw();
  }

  #closer(by) {
    this.zoom.value = Number(this.zoom.value) + by;
    this.#draw();
  }

  #key(event) {
    const act = {
      ArrowLeft: () => this.#move(-STEP, 0),
      ArrowRight: () => this.#move(STEP, 0),
      ArrowUp: () => this.#move(0, -STEP),
      ArrowDown: () => this.#move(0, STEP),
      "+": () => this.#closer(ZOOM_STEP),
      "-": () => this.#closer(-ZOOM_STEP),
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act();
  }

  #drag({ buttons, movementX, movementY }) {
    if (!buttons) return;
    const { width } = this.canvas.getBoundingClientRect();
    this.#move(-movementX / width, -movementY / width);
  }

  #wheel(event) {
    event.preventDefault();
    this.#closer(event.deltaY < 0 ? ZOOM_STEP : -ZOOM_STEP);
  }
}

customElements.define("picture-crop", PictureCrop);
