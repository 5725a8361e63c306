// A draft of a rubric: the points of each dimension and of all add up while they are typed. The server adds them again.
"use strict";

const points = [...document.querySelectorAll("[data-points]")], whole = document.querySelector("[data-whole]");
const hundredths = (some) => some.reduce((sum, { value }) => sum + Math.round(Number(value) * 100 || 0), 0);
const told = (sum) => String(sum / 100);

function add() {
  for (const place of document.querySelectorAll("[data-sum]")) {
    place.textContent = `${told(hundredths(points.filter((one) => one.dataset.points === place.dataset.sum)))} 分`;
  }
  const sum = hundredths(points);
  whole.textContent = `合计 ${told(sum)} 分${sum === 10000 ? "" : "，应为 100 分"}`;
  whole.className = sum === 10000 ? "done" : "late";
}

document.addEventListener("input", add);
add();
