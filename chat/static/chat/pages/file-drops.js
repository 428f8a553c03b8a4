import { gettext } from "../lib/i18n.js";

// A dropped file would replace the page, since the browser would open it.
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
