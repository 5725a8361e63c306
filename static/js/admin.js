// Lists of the back office by keyboard: j and k walk the rows, x ticks, Enter opens. Everything works without it.
"use strict";

const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];

function count() {
  const ticked = document.querySelectorAll('[data-rows] input[name="ticked"]:checked').length;
  const place = document.querySelector("[data-ticked]");
  if (!place) return;
  place.hidden = ticked === 0;
  place.querySelector("b").textContent = ticked;
}

document.addEventListener("change", (event) => {
  const box = event.target;
  if (box.matches("[data-tick-all]")) {
    for (const row of rows()) row.querySelector('input[name="ticked"]').checked = box.checked;
  }
  if (box.closest("[data-rows]")) count();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select")) return;
  const all = rows();
  const at = all.findIndex((row) => row.classList.contains("at"));
  if (event.key === "j" || event.key === "k") {
    const next = all[Math.min(all.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)))];
    if (!next) return;
    if (at >= 0) all[at].classList.remove("at");
    next.classList.add("at");
    next.scrollIntoView({ block: "nearest" });
  } else if (at >= 0 && event.key === "x") {
    const box = all[at].querySelector('input[name="ticked"]');
    if (box) { box.checked = !box.checked; count(); }
  } else if (at >= 0 && event.key === "Enter" && event.target === document.body) {
    all[at].querySelector("a")?.click();
  }
});
