// The grid of dues: Enter goes down, what was typed adds up. Everything on the page works without script.
"use strict";

const grid = document.querySelector(".grid");

if (grid) {
  const inputs = [...grid.querySelectorAll("input")], sum = document.querySelector("[data-sum]");

  const below = (input, step) => {
    const cell = input.closest("td");
    for (let row = cell.parentElement[step]; row; row = row[step]) {
      const next = row.cells[cell.cellIndex]?.querySelector("input");
      if (next) return next;
    }
    return null;
  };

  const add = () => {
    const fen = inputs.reduce((total, { value }) => total + Math.round(Number(value.replaceAll(",", "")) * 100 || 0), 0);
    sum.textContent = fen ? `本次 ${(fen / 100).toFixed(2)} 元` : "";
  };

  grid.addEventListener("keydown", (event) => {
    const step = { Enter: "nextElementSibling", ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (!step || event.isComposing || event.ctrlKey || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    const next = below(event.target, step);
    if (next) next.focus();
    else if (event.key === "Enter") document.querySelector("#collect .primary").focus();
  });
  grid.addEventListener("input", add);
  if (sum) add();
}
