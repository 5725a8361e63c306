// What is typed into a record is kept: on this device at once, on the server when the typing pauses. What the server has is
// taken off the device again. Everything on these pages works without script.
"use strict";

const PREFIX = "ningju-draft:"; // then the account and the key of the record
const PAUSE = 2000, AGAIN = 15000, LONG_AGO = 30 * 24 * 3600 * 1000; // milliseconds
const EDGE = 1600, SMALL = 300000; // pixels of a photo; bytes that need no compressing
const form = document.querySelector("form[data-key]");
const clock = (at) => new Date(at).toTimeString().slice(0, 5);

function stored(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

// --- a record that was handed in needs no copy here; the branch's page names what never reached the server

for (const { dataset } of document.querySelectorAll("[data-handed-in]")) localStorage.removeItem(PREFIX + dataset.handedIn);

const keptHere = document.getElementById("kept-here");
for (const key of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) {
  const draft = stored(key);
  if (!draft || Date.now() - draft.at > LONG_AGO) localStorage.removeItem(key);
  else if (keptHere && key.startsWith(`${PREFIX}${keptHere.dataset.user}:`)) {
    const link = Object.assign(document.createElement("a"), { href: draft.url, className: "button", textContent: `继续：${draft.title}，${clock(draft.at)}` });
    keptHere.append(link);
    keptHere.hidden = false;
  }
}

// --- copying the text of a record

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy);
    text.closest("details").open = true;
    text.select();
    if (navigator.clipboard) await navigator.clipboard.writeText(text.value).catch(() => document.execCommand("copy"));
    else document.execCommand("copy"); // a page that came without TLS has no clipboard
    button.textContent = "已复制";
  });
}

// --- filling in a record

if (form) fillIn();

function fillIn() {
  const key = PREFIX + form.dataset.key, sign = document.getElementById("saved"), { stamp } = form.elements;
  const known = [stamp.value, form.elements.known.value]; // what the server may have: each content that is sent has its stamp
  const photos = []; // that wait to be sent
  let timer, sending = false;

  const fresh = () => `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
  const say = (text, link, href) => {
    sign.textContent = text;
    if (link) sign.append(" ", Object.assign(document.createElement("a"), { href, textContent: link }));
  };

  // notes on absences stay off the device: of members it holds ids alone
  const fields = () => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !/^(csrf|kind|known|note-)/.test(name));

  function keep() {
    if (known.includes(stamp.value)) stamp.value = fresh();
    const draft = { title: form.dataset.title, url: location.pathname + location.search, at: Date.now(), known, stamp: stamp.value, fields: fields() };
    try {
      localStorage.setItem(key, JSON.stringify(draft));
    } catch { // no room, or not allowed: the server has it in a moment
    }
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE);
  }

  function restore(draft) {
    for (const field of form.elements) {
      const said = draft.fields.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field.type === "checkbox" || field.type === "radio") field.checked = said.includes(field.value);
      else if (said.length && field.type !== "file") field.value = said[0];
    }
    known.push(...draft.known);
    form.elements.held_on.dispatchEvent(new Event("change", { bubbles: true })); // who should have come that day
    count();
    keep();
  }

  function begin() {
    const draft = stored(key), note = document.getElementById("restored");
    if (!draft) return;
    if (draft.stamp === stamp.value) return localStorage.removeItem(key);
    note.hidden = false;
    if (draft.known.includes(stamp.value)) {
      restore(draft);
      note.textContent = `已恢复本机 ${clock(draft.at)} 保存的内容。`;
      return;
    }
    const use = Object.assign(document.createElement("button"), { type: "button", textContent: "使用本机的内容" });
    note.append(`本机还有 ${clock(draft.at)} 保存的内容，与服务器上的不同。`, use);
    use.addEventListener("click", () => (restore(draft), (note.hidden = true)));
  }

  async function send() {
    clearTimeout(timer);
    if (sending) return (timer = setTimeout(send, PAUSE));
    sending = true;
    form.elements.known.value = known.join(" ");
    const body = new FormData(form), sent = stamp.value, [photo] = photos;
    known.push(sent);
    body.delete("files");
    body.append("draft", "1");
    if (photo) {
      body.append("taken_on", photo.takenOn);
      body.append("files", photo.file, photo.name);
      say(`正在上传 ${photo.name}……`);
    }
    const answer = await fetch(location.pathname, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" }).catch(() => null);
    sending = false;
    if (answer?.type === "opaqueredirect") return say("登录已过期，内容已存在本机。", "重新登录", `/login/?next=${encodeURIComponent(location.pathname + location.search)}`);
    if (answer?.status === 403) return say("登录有变化，内容已存在本机。", "重新打开本页", location.href);
    const said = answer?.headers.get("Content-Type") === "application/json" ? await answer.json() : null;
    if (!said) {
      say("没有存到服务器，内容已存在本机，稍后自动再试。");
      timer = setTimeout(send, AGAIN);
      return;
    }
    if (answer.status === 409) return say(said.refused.join("；"), "重新打开本页", location.href);
    if (photo) photos.shift();
    if (stamp.value === sent && answer.ok) localStorage.removeItem(key);
    if (said.files !== undefined) document.getElementById("attachments").innerHTML = said.files;
    say(said.refused.join("；") || `已自动保存 ${said.at}`);
    if (photos.length) await send();
  }

  async function smaller(file) {
    if (!/^image\//.test(file.type) || file.size < SMALL || !window.createImageBitmap || !CSS.supports("image-orientation: from-image")) return file;
    const image = await createImageBitmap(file).catch(() => null);
    if (!image) return file;
    const scale = Math.min(1, EDGE / Math.max(image.width, image.height));
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width * scale, height: image.height * scale });
    const paper = canvas.getContext("2d");
    paper.fillStyle = "#fff";
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob((made) => done(made || file), "image/jpeg", 0.82));
  }

  // the first date that the camera wrote into the file, which compressing loses
  async function takenOn(file) {
    const head = new TextDecoder("latin1").decode(await new Response(file.slice(0, 1 << 17)).arrayBuffer());
    const [, year, month, day] = head.match(/(\d{4}):(\d\d):(\d\d) \d\d:\d\d:\d\d/) || [];
    return year ? `${year}-${month}-${day}` : "";
  }

  function count() {
    const boxes = [...form.querySelectorAll("[name=came]")], here = boxes.filter((box) => box.checked).length;
    const called = form.querySelector("[data-all]");
    form.querySelector("[data-count]").textContent = `${called ? `应到 ${boxes.length} 名，` : ""}实到 ${here} 名`;
    if (called) called.hidden = false;
  }

  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    if (event.target.name === "came") count();
    keep();
  });
  form.addEventListener("click", (event) => {
    if (!event.target.closest("[data-all]")) return;
    for (const box of form.querySelectorAll("[name=came]")) box.checked = true;
    count();
    keep();
  });
  form.elements.files.addEventListener("change", async ({ target }) => {
    for (const file of [...target.files]) photos.push({ takenOn: await takenOn(file), file: await smaller(file), name: file.name });
    target.value = "";
    await send();
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    form.elements.known.value = known.join(" ");
    known.push(stamp.value);
    if (stored(key)) localStorage.setItem(key, JSON.stringify({ ...stored(key), known }));
  });
  window.addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.hidden && stored(key) && send());
  document.addEventListener("htmx:afterSwap", count);
  form.querySelector("[data-upload]").hidden = true;
  count();
  begin();
}
