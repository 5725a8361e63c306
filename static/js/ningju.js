// What pages do beyond links and forms. Everything works without it.
"use strict";

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// an open menu is walked by the arrows and closed by Escape
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest("details.menu[open]");
  if (!menu) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const items = [...menu.querySelectorAll("summary, a, button, input:not([type=hidden]), select")];
  if (event.key === "Escape") {
    menu.open = false;
    items[0].focus();
  } else if (step && !event.target.matches("input, select")) {
    event.preventDefault();
    items[(items.indexOf(event.target) + step + items.length) % items.length].focus();
  }
});

// on a phone a row shows its name and one figure (the one that the list is sorted by, or the first); a tap shows the rest
const PHONE = matchMedia("(max-width: 640px)");

function fold(row) {
  const cells = [...row.cells].filter((cell) => !cell.matches(".pick"));
  if (cells.length < 4 || row.querySelector(".more")) return;
  const name = cells.find((cell) => cell.matches(".name, th")) || cells[0];
  const rest = cells.filter((cell) => cell !== name);
  const sorted = row.closest("table").querySelector("thead [aria-sort]");
  const key = rest.find((cell) => cell.matches(".key")) || rest.find((cell) => sorted && cell.cellIndex === sorted.cellIndex)
    || rest.find((cell) => cell.matches(".num")) || rest.find((cell) => cell.querySelector("td:not(.screen-only) > a")) || rest[0];
  name.classList.add("name");
  key.classList.add("key");
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "＋" });
  button.setAttribute("aria-label", `${name.innerText.split("\n")[0]}：其余内容`);
  const show = (open) => {
    row.classList.toggle("folded", !open);
    button.setAttribute("aria-expanded", open);
    button.textContent = open ? "－" : "＋";
  };
  button.addEventListener("click", () => show(row.matches(".folded")));
  row.insertCell().append(button);
  row.lastElementChild.className = "more";
  show(false);
}

function foldRows() {
  if (PHONE.matches) document.querySelectorAll(".stack tbody tr").forEach(fold);
}
PHONE.addEventListener("change", foldRows);
document.addEventListener("htmx:load", foldRows);
foldRows();

// a field that suggests is called what its label says; select2 makes it a moment after the page is there
function nameSuggesting() {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    const box = select.nextElementSibling.querySelector("[role=combobox]");
    box.removeAttribute("aria-labelledby");
    for (const part of [box, box.querySelector("[role=textbox]")]) part.setAttribute("aria-label", select.labels[0].innerText);
    if (select.matches("[aria-invalid]")) box.setAttribute("aria-invalid", "true");
    select.addEventListener("focus", () => box.focus());
  }
}
window.addEventListener("load", () => setTimeout(nameSuggesting, 50));

// leaving a form in which something was typed, or which came back with errors, asks first
function differs(field) {
  if (!field.name || field.type === "hidden" || field.type === "submit") return false; // a button holds nothing that is lost
  if (field.options) return field.selectedIndex !== Math.max(field.length ? 0 : -1, [...field.options].findIndex((one) => one.defaultSelected));
  return field.checked !== field.defaultChecked || (field.type !== "checkbox" && field.type !== "radio" && field.value !== field.defaultValue);
}
window.addEventListener("beforeunload", (event) => {
  const left = [...document.forms].filter((form) => form.method === "post" && !form.dataset.sent && form.dataset.again === undefined);
  if (left.some((form) => form.querySelector("[aria-invalid]") || [...form.elements].some(differs))) event.preventDefault();
});

// a filter form sends itself when a choice changes; its button stays for keyboards and for browsers without script
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form && "auto" in form.dataset && event.target.type !== "search") form.requestSubmit();
});

// nothing is done twice by a double click
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.dataset.again !== undefined) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// the server is away for a moment: what asks by itself asks again, what was typed stays and the page says why
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, ({ detail }) => {
    const { verb, path } = detail.requestConfig;
    if (verb === "get") {
      setTimeout(() => document.contains(detail.elt) && htmx.ajax("GET", path, { source: detail.elt }), 5000);
      return;
    }
    const answer = new DOMParser().parseFromString(detail.xhr.responseText || "", "text/html");
    const said = document.createElement("p");
    said.className = "notice due";
    said.textContent = answer.querySelector("main .lead")?.textContent.trim() || "连接中断，这一步没有保存，请稍后再试。";
    document.getElementById("content").prepend(said);
    said.scrollIntoView();
  });
}

// “/” goes to the search field
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea, select")) return;
  const field = document.querySelector("input[type=search]");
  if (field) {
    event.preventDefault();
    field.focus();
  }
});

// a link that names a key is followed by it
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  for (const link of document.querySelectorAll("a[data-key]")) {
    if (link.dataset.key === event.key.toLowerCase()) link.click();
  }
});
