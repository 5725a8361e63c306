// Dropping a file, seeing how much of it is sent, ticking a whole page. Everything works without it.
"use strict";

const LARGEST = 200 * 1024 * 1024;

function chosen(form) {
  const file = form.querySelector("input[type=file]").files[0];
  const text = form.querySelector("[data-drop-text]");
  if (file) text.textContent = `已选择：${file.name}（${(file.size / 1048576).toFixed(1)} MB）`;
  return file;
}

for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const place = event.target.closest?.("[data-drop]");
    if (!place) return;
    event.preventDefault();
    place.classList.toggle("over", kind === "dragover");
    if (kind !== "drop" || !event.dataTransfer.files.length) return;
    const form = place.closest("form");
    form.querySelector("input[type=file]").files = event.dataTransfer.files;
    chosen(form);
  });
}

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.type === "file" && field.closest("[data-upload]")) chosen(field.form);
  if (field.matches("[data-tick-all]")) {
    for (const box of field.form.querySelectorAll("input[name=picked]")) box.checked = field.checked;
  }
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target;
  if (!form.matches?.("[data-upload]")) return;
  const file = chosen(form);
  if (file && file.size > LARGEST) {
    event.preventDefault();
    delete form.dataset.sent;
    form.querySelector("[data-drop-text]").textContent = `“${file.name}”超过 200 MB，没有上传；请拆成几个文件后再上传。`;
    return;
  }
  form.querySelector("[data-sending]").hidden = false;
});

document.addEventListener("htmx:xhr:progress", (event) => {
  const form = event.target.closest?.("[data-upload]");
  if (!form || !event.detail.lengthComputable) return;
  const percent = Math.floor((event.detail.loaded * 100) / event.detail.total);
  form.querySelector("progress").value = percent;
  form.querySelector("[data-sending-text]").textContent = percent < 100 ? `正在上传 ${percent}%` : "已上传，正在检查文件……";
});

// a lost connection is said, and the form can be sent again
document.addEventListener("htmx:sendError", (event) => {
  const form = event.target.closest?.("[data-upload]");
  if (!form) return;
  delete form.dataset.sent;
  form.querySelector("[data-sending-text]").textContent = "上传中断，没有读入任何内容；请检查网络后再点“上传并读取”。";
});

// chosen before this script came, or kept by the browser on the way back
for (const form of document.querySelectorAll("[data-upload]")) chosen(form);
