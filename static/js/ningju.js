// What pages do beyond links and forms. Everything works without it.
"use strict";

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
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
