// The review desk: the line's slider and its number are one, the open pair keeps the focus after each decision, ticks and
// words outlive each answer of the server.
// so long no further key is taken while an answer is on its way (ms)
const PATIENCE = 5000;
const moving = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";

// --- The line -----------------------------------------------------------------------------------
function joinLine(part) {
  const field = part.querySelector("[data-line-field]");
  const slider = part.querySelector("[data-histogram] input[type=range]");
  if (!field || !slider || field.dataset.joined) return;
  field.dataset.joined = "on";
  slider.addEventListener("input", () => {
    field.value = slider.value;
  });
  slider.addEventListener("change", () => field.dispatchEvent(new Event("change", { bubbles: true })));
}

// --- Ticks --------------------------------------------------------------------------------------
// What is ticked or unticked by hand holds on every page of the list, until it is decided on.
const ticks = new Map();
const boxes = () => [...document.querySelectorAll("input[name=pick]:not(:disabled)")];

function noteTick(event) {
  if (event.target.name !== "pick" && !event.target.dataset?.checkAll) return;
  for (const box of boxes()) {
    if (box.checked === box.defaultChecked) ticks.delete(box.value);
    else ticks.set(box.value, box.checked);
  }
  countTicks();
}

function keepTicks() {
  for (const box of boxes()) if (ticks.has(box.value)) box.checked = ticks.get(box.value);
  countTicks();
}

function countTicks() {
  const button = document.querySelector("#bulk [data-bulk]");
  if (!button) return;
  let n = Number(button.dataset.bulk);
  for (const on of ticks.values()) n += on ? 1 : -1;
  if (ticks.size) button.querySelector("[data-n-bulk]").textContent = button.dataset.words.replace("{n}", n);
  button.disabled = n <= 0;
}

function sendTicks(event) {
  const form = event.target.closest?.("#bulk");
  if (!form) return;
  for (const [id, on] of ticks) {
    if (on) event.detail.formData.append("pick", id);
    else event.detail.formData.set("shown", `${event.detail.formData.get("shown")},${id}`);
  }
}

// --- Words --------------------------------------------------------------------------------------
// Words that the server has not kept yet survive a reload and a lost connection, in this tab only.
const words = () => document.querySelector("#desk-pair textarea[name=note]");
const openPair = () => document.querySelector("[data-open-pair]")?.dataset.openPair ?? "";
const drawer = (id) => `words:${id}`;

function keepWords(event) {
  if (event.target.matches?.("#desk-pair textarea[name=note]")) sessionStorage.setItem(drawer(openPair()), event.target.value);
}

function bringWords() {
  const field = words();
  if (!field) return;
  const kept = sessionStorage.getItem(drawer(openPair()));
  if (kept === null || kept === field.value) return;
  field.value = kept;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function wordsKept(event) {
  const id = event.detail.pair;
  const field = words();
  if (!field || openPair() !== id || field.value === sessionStorage.getItem(drawer(id))) sessionStorage.removeItem(drawer(id));
  const say = document.querySelector("#desk-pair [data-words-kept]");
  if (say && openPair() === id) say.hidden = false;
}

// --- Deciding -----------------------------------------------------------------------------------
let decided = "";
let asked = null;

// A decided pair leaves the list before the next one comes.
function leave(event) {
  if (bringsPair(event)) waiting = performance.now() + PATIENCE;
  const decides = /\/review\/([^/]+)\/(approve|exclude)\/$/.exec(event.detail.pathInfo?.requestPath ?? event.detail.path ?? "");
  if (!decides) return;
  decided = decides[1];
  document.querySelector(".s-q [aria-current]")?.classList.add("leaving");
}

function arrived(event) {
  if (bringsPair(event)) waiting = 0;
  if (event.detail.successful && decided) {
    ticks.delete(decided);
    sessionStorage.removeItem(drawer(decided));
  }
  if (event.detail.failed) document.querySelector(".s-q .leaving")?.classList.remove("leaving");
  decided = "";
}

// J and K that are pressed while the next pair is on its way are done after it. Words being saved hold nobody up.
let waiting = 0;
const bringsPair = (event) => event.detail.target?.id === "desk" && !event.detail.elt.matches("[hx-swap=none]");

function waitForAnswer(event) {
  const key = event.key.toLowerCase();
  if (performance.now() > waiting) return;
  if (event.target.closest("input:not([type=checkbox],[type=radio]), textarea, dialog")) return;
  if ("axzjkb".includes(key)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    asked = "jk".includes(key) ? key : null;
  }
}

function settle(event) {
  joinLine(document);
  keepTicks();
  const preview = document.getElementById("dlg-bulk");
  if (preview && !preview.open) preview.showModal();
  if (event.target.id !== "desk") return;
  bringWords();
  const current = document.querySelector(".s-q [aria-current]");
  current?.scrollIntoView({ block: "nearest" });
  const pair = document.getElementById("desk-pair");
  if (pair && pair.getBoundingClientRect().top < 0) pair.scrollIntoView({ block: "start", behavior: moving });
  if (document.activeElement === document.body) current?.querySelector(".o")?.focus({ preventScroll: true });
  if (asked) {
    const link = document.querySelector(`#desk [data-key=${asked}]`);
    asked = null;
    link?.click();
  }
}

// The last decision is the one that can be undone: older toasts make room for it.
function clearToasts(event) {
  if (event.target.id === "desk") for (const toast of document.querySelectorAll("#toasts > *")) toast.remove();
}

// --- The reason of an exclusion -----------------------------------------------------------------
const radios = () => [...document.querySelectorAll("#dlg-exclude input[type=radio]")];

function atReasons(event) {
  const opener = event.target.closest("[data-open=dlg-exclude]");
  if (opener) setTimeout(() => (radios().find((radio) => radio.checked) ?? radios()[0])?.focus());
}

function chooseReason(event) {
  if (!event.target.closest?.("#dlg-exclude") || event.target.matches("textarea")) return;
  const radio = radios()[Number(event.key) - 1];
  if (!radio) return;
  event.preventDefault();
  radio.checked = true;
  radio.focus();
  if (radio.value === "other") document.querySelector("#dlg-exclude textarea")?.focus();
}

document.documentElement.classList.add("js");
joinLine(document);
bringWords();
document.querySelector(".s-q [aria-current]")?.scrollIntoView({ block: "nearest" });
addEventListener("keydown", waitForAnswer, true);
document.addEventListener("keydown", chooseReason);
document.addEventListener("click", atReasons);
document.addEventListener("input", keepWords);
document.addEventListener("change", noteTick);
document.addEventListener("chosen", noteTick);
document.addEventListener("words-kept", wordsKept);
document.addEventListener("htmx:configRequest", sendTicks);
document.addEventListener("htmx:beforeRequest", leave);
document.addEventListener("htmx:afterRequest", arrived);
document.addEventListener("htmx:beforeSwap", clearToasts);
document.addEventListener("htmx:afterSettle", settle);
