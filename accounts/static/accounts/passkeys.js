// Forms with `data-passkey` send the answer of the browser's passkey: `create` registers one, `get` signs in with one.
// The server's options are in the JSON element that `data-options` names, or at the form's own address. The button is
// in the form, or `data-button` names it.

const { gettext, PublicKeyCredential } = globalThis; // the catalogue is a classic script that comes before this module

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", send);
  const button = document.getElementById(form.dataset.button);
  if (button && button.form !== form) button.addEventListener("click", () => form.requestSubmit());
}

async function send(event) {
  event.preventDefault();
  const form = event.target;
  const button = event.submitter ?? document.getElementById(form.dataset.button);
  tell(button, "");
  button.disabled = true;
  try {
    form.elements.credential.value = JSON.stringify(await ask(form));
    form.submit();
  } catch (error) {
    tell(button, error instanceof Problem ? error.message : wording(error.name));
  } finally {
    button.disabled = false;
    button.focus();
  }
}

async function ask(form) {
  refuseWhereNoneWorks();
  const asked = await questions(form);
  if (form.dataset.passkey === "get") {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked.request_options.publicKey);
    return navigator.credentials.get({ publicKey });
  }
  const options = asked.creation_options.publicKey;
  if (form.elements.passwordless) choose(options.authenticatorSelection, form.elements.passwordless.checked);
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
}

// To sign in with only a passkey, the passkey must identify the user and verify that it is them.
function choose(selection, alone) {
  selection.requireResidentKey = alone;
  selection.residentKey = alone ? "required" : "discouraged";
  if (alone) selection.userVerification = "required";
}

async function questions(form) {
  const found = document.getElementById(form.dataset.options);
  if (found) return JSON.parse(found.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (answer.status === 429) throw new Problem(gettext("Too many attempts. Wait a minute and try again."));
  if (!answer.ok) throw new Problem(gettext("The server didn’t respond. Try again in a moment."));
  return answer.json();
}

class Problem extends Error {}

function refuseWhereNoneWorks() {
  if (!isSecureContext) {
    throw new Problem(gettext("Passkeys only work over https or on localhost."));
  }
  if (/^[\d.]+$|^\[/.test(location.hostname)) {
    throw new Problem(
      gettext("Passkeys don’t work with an IP address. Open this page by its host name, such as localhost."),
    );
  }
  if (!PublicKeyCredential?.parseCreationOptionsFromJSON) {
    throw new Problem(gettext("This browser doesn’t support passkeys. Update it or use another one."));
  }
}

function wording(name) {
  if (name === "InvalidStateError") return gettext("This device already has a passkey for this account.");
  if (name === "NotAllowedError" || name === "AbortError") {
    return gettext("Cancelled or timed out. Nothing changed. Try again.");
  }
  if (name === "SecurityError") return gettext("Passkeys don’t work at this address.");
  return gettext("That didn’t work. Try again or use another device.");
}

// Shown under the button, and announced by screen readers.
function tell(button, text) {
  let line = button.parentElement.querySelector(".passkey-problem");
  if (!line) {
    line = document.createElement("p");
    Object.assign(line, { className: "error passkey-problem", role: "alert" });
    button.after(line);
  }
  line.textContent = text;
}
