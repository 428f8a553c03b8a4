const GRACE = 1000; // ms: a tab that changed the password is about to get a new session

/**
 * Redirects to the sign-in page when the session has ended, and from there back. If the browser has a new session by
 * then, the page continues with that.
 * @param {import("./socket.js").Socket} socket
 */
export function leadToSignIn(socket) {
  const { signIn } = document.body.dataset;
  const lead = () => location.assign(`${signIn}?next=${encodeURIComponent(location.pathname)}`);
  const goOn = async () => ((await isSignedOut()) ? lead() : socket.resume());
  socket.addEventListener("change", () => socket.state === "signed-out" && setTimeout(goOn, GRACE));
  socket.addEventListener("unanswered", async () => (await isSignedOut()) && lead());
}

// A browser does not tell why a handshake failed. A page request does: it redirects a signed-out user.
async function isSignedOut() {
  try {
    const { type } = await fetch(location.pathname, { redirect: "manual", cache: "no-store" });
    return type === "opaqueredirect";
  } catch {
    return false; // the server is away
  }
}
