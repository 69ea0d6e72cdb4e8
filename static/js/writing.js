// Writing a listing: one step at a time, work that saves itself, and what is said of it beside the form.
// Without this file the whole form stands on one page and is sent as any form.
const form = document.querySelector("form[data-autosave]");
const REST = 1200; // ms without typing before it is saved
const RETRY = 10000;
const QUIET = 3000; // ms without typing before the panel is read out
let now = ""; // the open step
let all = false; // advice of every step

// --- Steps: the address says which one is open ----------------------------------------------------
function startSteps() {
  const parts = [...form.querySelectorAll(":scope > .s-fs")];
  const open = (part, move) => {
    for (const each of parts) each.classList.toggle("now", each === part);
    tellSteps(part.id);
    if (move) part.querySelector("h2").focus({ preventScroll: true });
  };
  const turn = (move) => {
    const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    const part = parts.find((each) => each === target || each.contains(target));
    if (!part) return;
    open(part, move && target === part);
    if (target === part) {
      if (move) form.scrollIntoView({ block: "start" });
      return;
    }
    const field = target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea");
    field?.focus();
    target.scrollIntoView({ block: "center" });
  };
  open(parts.find((each) => each.classList.contains("start")) ?? parts[0], false);
  form.classList.add("on");
  turn(false);
  addEventListener("hashchange", () => {
    turn(true);
    if (form.dataset.dirty === "yes") save();
  });
  // A second press of the same link changes no address, but should still lead there.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) turn(true);
  });
  document.addEventListener("htmx:oobAfterSwap", () => tellSteps(parts.find((each) => each.classList.contains("now"))?.id));
}

function tellSteps(id) {
  for (const step of document.querySelectorAll("#steps li")) {
    if (step.querySelector("a")?.hash === `#${id}`) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  }
  now = id;
  showTips();
}

// Advice of the open step first; all of it when asked for.
function showTips() {
  for (const group of document.querySelectorAll("#advice .tips")) {
    const rows = [...group.querySelectorAll("[data-step]")];
    for (const row of rows) row.hidden = !all && row.dataset.step !== now;
    const shown = rows.filter((row) => !row.hidden).length;
    group.hidden = shown === 0;
    group.querySelector("[data-count]").textContent = shown;
  }
  const button = document.querySelector("[data-all]");
  if (!button) return;
  button.dataset.every ??= button.textContent;
  button.textContent = all ? button.dataset.stepOnly : button.dataset.every;
}

// --- Saving: one request at a time; what fails is said, kept in this browser, and tried again ------
const say = form?.querySelector("[data-saved]");
const store = form && `writing:${form.dataset.who}:${form.dataset.autosave}`;
let timer = 0;
let flying = false;
let again = false;
let typedAt = 0;
let leaving = false;

function later(wait) {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

async function save() {
  clearTimeout(timer);
  if (flying) {
    again = true;
    return;
  }
  flying = true;
  again = false;
  const begun = typedAt;
  if (say.textContent === "") say.textContent = say.dataset.saving;
  const answer = await fetch(form.dataset.autosave, {
    method: "POST",
    body: new FormData(form),
    headers: { "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content, "HX-Request": "true" },
    credentials: "same-origin",
    redirect: "manual",
  }).catch(() => null);
  flying = false;
  if (leaving) return;
  if (answer?.ok) await saved(answer, begun);
  else if (answer?.status === 409) elsewhere(await answer.text());
  else failed(answer);
  if (again) save();
}

async function saved(answer, begun) {
  const words = await answer.text();
  form.elements.revision.value = answer.headers.get("X-Revision");
  form.elements.take.value = "";
  if (say.textContent !== words) say.textContent = words;
  say.classList.remove("ha");
  if (typedAt === begun) form.dataset.dirty = "";
  forget();
  document.getElementById("elsewhere")?.remove();
  form.dispatchEvent(new CustomEvent("kept", { bubbles: true }));
}

function failed(answer) {
  say.textContent = answer?.type === "opaqueredirect" || answer?.status === 403 ? say.dataset.away : say.dataset.failed;
  say.classList.add("ha");
  remember();
  later(RETRY);
}

function elsewhere(words) {
  if (document.getElementById("elsewhere")) return;
  const box = document.getElementById("elsewhere-box").content.firstElementChild.cloneNode(true);
  box.querySelector("b").textContent = words;
  box.querySelector("[data-take]").addEventListener("click", () => {
    form.elements.take.value = "here";
    save();
  });
  box.querySelector("[data-other]").addEventListener("click", () => {
    form.dataset.dirty = "";
    leaving = true;
    location.reload();
  });
  form.before(box);
  box.focus();
}

// --- Kept in this browser while the house cannot be reached -----------------------------------------
const typed = () => [...new FormData(form)].filter(([name]) => !["csrfmiddlewaretoken", "revision", "take"].includes(name));

function remember() {
  try {
    localStorage.setItem(store, JSON.stringify({ at: Date.now(), typed: typed() }));
  } catch {
    // full or forbidden: the text still stands in the form
  }
}

function forget() {
  try {
    localStorage.removeItem(store);
  } catch {
    // nothing was kept
  }
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(store));
  } catch {
    return null;
  }
}

function offerRemembered() {
  const kept = remembered();
  const box = document.querySelector("[data-here]");
  if (!kept || !box) return;
  if (JSON.stringify(kept.typed) === JSON.stringify(typed())) return forget();
  box.hidden = false;
  box.querySelector("[data-bring]").addEventListener("click", () => {
    fill(kept.typed);
    box.remove();
    changed();
    save();
  });
  box.querySelector("[data-drop]").addEventListener("click", () => {
    forget();
    box.remove();
  });
}

function fill(entries) {
  for (const box of form.querySelectorAll('input[type="checkbox"]')) box.checked = false;
  for (const [name, value] of entries) {
    const found = form.querySelectorAll(`[name="${CSS.escape(name)}"]`);
    for (const field of found) {
      if (field.type === "checkbox" || field.type === "radio") field.checked ||= field.value === value;
      else if (name !== "seen_at") field.value = value;
    }
  }
}

// --- The panel ---------------------------------------------------------------------------------------
const closed = new Set();

function startPanel() {
  // what was folded stays folded when the panel is answered anew
  document.addEventListener(
    "toggle",
    (event) => {
      const name = event.target.dataset?.remember;
      if (name) closed[event.target.open ? "delete" : "add"](name);
    },
    true,
  );
  document.addEventListener("htmx:afterSettle", () => {
    showTips();
    for (const part of document.querySelectorAll("[data-remember]")) if (closed.has(part.dataset.remember)) part.open = false;
    speakLater();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-all]")) {
      all = !all;
      showTips();
      return;
    }
    const rung = event.target.closest("[data-fill]");
    if (!rung) return;
    const field = form.elements[rung.dataset.fill];
    field.value = rung.dataset.value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// One sentence when the writer rests, and only when it is another one than before.
let speaking = 0;
let spoken = null;

function speakLater() {
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    if (Date.now() - typedAt < QUIET) return speakLater();
    const words = [...document.querySelectorAll(".panel [data-say]")].map((part) => part.textContent.trim()).join(" ");
    if (spoken !== null && words !== spoken) document.getElementById("said").textContent = words;
    spoken = words;
  }, QUIET);
}

function changed() {
  typedAt = Date.now();
  form.dataset.dirty = "yes";
}

if (form) {
  startSteps();
  startPanel();
  offerRemembered();
  form.addEventListener("input", () => {
    changed();
    later(REST);
  });
  form.addEventListener("change", (event) => {
    changed();
    if (event.target.matches("select, [type=checkbox], [type=date]")) save();
    else later(REST);
  });
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
    form.dataset.dirty = "";
    forget();
  });
  addEventListener("online", () => form.dataset.dirty === "yes" && save());
  addEventListener("pageshow", (event) => {
    if (event.persisted) leaving = false;
  });
  addEventListener("beforeunload", (event) => {
    if (form.dataset.dirty === "yes" && !leaving) event.preventDefault();
  });
}
