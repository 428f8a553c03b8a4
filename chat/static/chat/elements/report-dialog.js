import { gettext } from "../lib/i18n.js";
import { excerpt } from "../parts/quote.js";
import { html, live, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

const LONGEST = 250; // characters, the server's limit

// Dialog to report a message to the moderators.
export class ReportDialog extends LightElement {
  static properties = {
    chat: { attribute: false },
    message: { state: true },
    reason: { state: true },
    state: { state: true }, // "asking", "sending" or "done"
    error: { state: true },
  };

  async ask(message) {
    Object.assign(this, { message, reason: "", state: "asking", error: null });
    await this.updateComplete;
    this.#dialog.showModal();
  }

  render() {
    const isDone = this.state === "done";
    return html`<dialog class="report-dialog" aria-labelledby="report-title">
      <h2 id="report-title">${gettext("Report this message")}</h2>
      ${this.message ? html`<p class="quote">${excerpt(this.message)}</p>` : nothing}
      <div role="status">${isDone ? html`<p>${gettext("Thanks for your report.")}</p>` : nothing}</div>
      ${isDone ? this.#end() : this.#form()}</dialog>`;
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  #form() {
    return html`<p id="report-readers">${this.#readers} ${gettext("The author won’t see who reported it.")}</p>
      <form @submit=${this.#send}><div class="field">
        <label for="report-reason">${gettext("Why are you reporting this?")}</label>
        <input id="report-reason" name="reason" required maxlength=${LONGEST} autocomplete="off" autofocus
          aria-describedby="report-readers" .value=${live(this.reason ?? "")}
          @input=${({ target }) => (this.reason = target.value)}></div>
      <p class="error" role="alert">${this.error}</p>
      <div class="buttons">
        <button type="button" class="button quiet" @click=${this.#close}>${gettext("Cancel")}</button>
        <button class="button" ?disabled=${this.state === "sending"}>${gettext("Report")}</button></div></form>`;
  }

  #end() {
    return html`<div class="buttons"><button type="button" class="button" @click=${this.#close}
      >${gettext("Close")}</button></div>`;
  }

  // The people who will see the report.
  get #readers() {
    return this.chat.room?.kind === "direct"
      ? gettext("The site’s administrators will see your report and your name.")
      : gettext("This room’s moderators and the site’s administrators will see your report and your name.");
  }

  #close = () => this.#dialog.close();

  #send = async (event) => {
    event.preventDefault();
    Object.assign(this, { state: "sending", error: null });
    try {
      await this.chat.acts.report(this.message, this.reason);
      this.state = "done";
      await this.updateComplete;
      this.querySelector(".buttons button").focus();
    } catch ({ message }) {
      Object.assign(this, { state: "asking", error: message });
    }
  };
}

customElements.define("report-dialog", ReportDialog);
