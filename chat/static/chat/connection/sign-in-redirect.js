const GRACE = 1000; // ms: a tab in which the password was changed is about to have a new session

/**
 * Where the session has ended the page leads to the sign-in, and from there back; where the browser has another one by
 * then, it goes on with that.
 * @param {import("./socket.js").Socket} socket
 */
export function leadToSignIn(socket) {
  const { signIn } = document.body.dataset;
  const lead = () => location.assign(`${signIn}?next=${encodeURIComponent(location.pathname)}`);
  const goOn = async () => ((await isSignedOut()) ? lead() : socket.resume());
  socket.addEventListener("change", () => socket.state === "signed-out" && setTimeout(goOn, GRACE));
  socket.addEventListener("unanswered", async () => (await isSignedOut()) && lead());
}

// A browser does not tell why a handshake failed. The page itself does: it redirects whoever is not signed in.
async function isSignedOut() {
  try {
    const { type } = await fetch(location.pathname, { redirect: "manual", cache: "no-store" });
    return type === "opaqueredirect";
  } catch {
    return false; // the server is away
  }
}
