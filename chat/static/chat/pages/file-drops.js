import { gettext } from "../lib/i18n.js";

// A file that is dropped on the page would take its place: the browser would open it.
export function refuseFiles(chat) {
  const isFile = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
  addEventListener("dragover", (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    chat.complain(gettext("Files can’t be sent here yet."));
  });
}
