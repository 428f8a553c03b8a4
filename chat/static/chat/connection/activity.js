const INPUTS = ["keydown", "pointermove", "wheel", "touchstart"];
const MINUTE = 60_000; // ms: five without a touch are away, so once a minute is enough

/**
 * Tells the server that somebody is at this tab.
 * @param {import("./socket.js").Socket} socket
 */
export function touchOnInput(socket) {
  let last = -Infinity;
  const touch = () => {
    last = performance.now();
    socket.command("presence.touch").catch(() => {}); // without a connection there is nobody to tell
  };
  const touchNowAndThen = () => performance.now() - last > MINUTE && touch();
  for (const input of INPUTS) addEventListener(input, touchNowAndThen, { passive: true, capture: true });
  socket.addEventListener("hello", touch);
}
