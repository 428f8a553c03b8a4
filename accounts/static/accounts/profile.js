import "./picture-crop.js";

// The profile page: offers the browser's time zone, and previews a theme as soon as it is chosen.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const offer = document.querySelector("[data-use-zone]");
const field = document.querySelector("input[name=time_zone]");

function offerZone() {
  offer.hidden = !zone || field.value === zone;
}

offer.querySelector("bdi").textContent = zone;
offer.addEventListener("click", () => {
  field.value = zone;
  offerZone();
  field.focus();
});
field.addEventListener("input", offerZone);
offerZone();

for (const theme of document.querySelectorAll("input[name=theme]")) {
  theme.addEventListener("change", () => {
    document.documentElement.dataset.theme = theme.value;
  });
}
