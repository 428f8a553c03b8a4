import { now } from "../lib/clock.js";
import { gettext, interpolate } from "../lib/i18n.js";
import { fullName } from "../rules/full-name.js";
import { ACTS } from "../rules/moderation-actions.js";
import { html, live, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

const LONGEST = 250; // characters, the server's limit

// Dialog before a member is muted, banned or removed, or the room is changed: explains the act, and asks for a duration
// and a reason.
export class ModerationDialog extends LightElement {
  static properties = {
    chat: { attribute: false },
    act: { state: true },
    user: { state: true },
    error: { state: true },
    isBusy: { state: true },
  };
  #room = null;

  // `user` is set for an act on a user. An act without a question is done at once.
  async ask({ act, user }) {
    this.#room = this.chat.shown;
    Object.assign(this, { act, user, error: null, isBusy: false });
    if (!ACTS[act].question) return this.#doAtOnce();
    await this.updateComplete;
    this.querySelector("form").reset();
    this.querySelector("dialog").showModal();
  }

  render() {
    const { question, says, button, isDanger } = ACTS[this.act] ?? {};
    const name = this.user ? fullName(this.user) : "";
    return html`<dialog class="moderation-dialog" aria-labelledby="moderation-title">
      <form @submit=${this.#submit}><h2 id="moderation-title">${interpolate(question ?? "", { name })}</h2>
        <p>${says}</p>${this.#fields(ACTS[this.act] ?? {})}<p class="error" role="alert">${this.error}</p>
        <div class="buttons"><button type="button" class="button quiet" @click=${() => this.#dialog.close()}
            >${gettext("Cancel")}</button>
          <button class="button ${isDanger ? "danger" : ""}" data-act="do" ?disabled=${this.isBusy}>${button}</button>
        </div></form></dialog>`;
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  #fields({ spans, seconds, hasReason }) {
    const slow = this.chat.room?.slow ?? 0;
    return html`${spans ? this.#choice("span", gettext("Duration"), spans, spans[0][0]) : nothing}
      ${seconds ? this.#choice("seconds", gettext("One message every"), seconds, slow) : nothing}
      ${hasReason ? this.#reason() : nothing}`;
  }

  #choice(name, words, choices, chosen) {
    const option = ([value, text]) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`;
    return html`<div class="field"><label for="moderation-${name}">${words}</label>
      <select id="moderation-${name}" name=${name}>${choices.map(option)}</select></div>`;
  }

  #reason() {
    return html`<div class="field"><label for="moderation-reason">${gettext("Reason (optional)")}</label>
      <input id="moderation-reason" name="reason" maxlength=${LONGEST} autocomplete="off" .value=${live("")}></div>`;
  }

  #submit = async (event) => {
    event.preventDefault();
    const { span, seconds, reason } = Object.fromEntries(new FormData(event.target));
    this.error = null;
    this.isBusy = true;
    try {
      await this.#send({ ...timeOf(span), ...(seconds ? { seconds: Number(seconds) } : {}), reason });
      this.#dialog.close();
    } catch ({ message }) {
      this.error = message;
    }
    this.isBusy = false;
  };

  async #doAtOnce() {
    try {
      await this.#send({});
    } catch ({ message }) {
      this.chat.complain(message);
    }
  }

  #send(members) {
    const { command, members: fixed } = ACTS[this.act];
    return this.chat.socket.command(command, { room: this.#room, user: this.user?.id, ...fixed, ...members });
  }
}

// `0` means without end.
function timeOf(span) {
  if (span === undefined) return {};
  return { until: span === "0" ? null : new Date(now() + Number(span)).toISOString() };
}

customElements.define("moderation-dialog", ModerationDialog);
