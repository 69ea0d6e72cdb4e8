// Small comforts for every page. Nothing here is needed to read a page or to send a form.
// Modules import nothing from each other: hashed file names would not be found.

// --- HTMX ---------------------------------------------------------------------------------------
const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = token();
});

// No answer, or a broken one: said at the top of the text, and what was typed stays.
const sayAway = () => {
  const words = document.getElementById("away")?.content.cloneNode(true);
  if (!words || document.querySelector("#main > .away")) return;
  const box = document.createElement("div");
  box.className = "s-wrap s-alerts away";
  box.append(words);
  document.getElementById("main").prepend(box);
  box.scrollIntoView({ block: "nearest" });
};
document.addEventListener("htmx:sendError", sayAway);
document.addEventListener("htmx:responseError", sayAway);
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) document.querySelector("#main > .away")?.remove();
});

// --- Menus and dialogs --------------------------------------------------------------------------
// Menus are <details>: close on Escape, on a click elsewhere, and when another opens. Dialogs open by data-open.
function startMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.s-menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const opener = event.target.closest("[data-open]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.open);
      if (dialog) {
        event.preventDefault();
        dialog.showModal();
      }
    }
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog")?.close();
    if (event.target instanceof HTMLDialogElement) event.target.close();
    if (event.target.closest("[data-print]")) print();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.s-menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  // a link to something folded unfolds it
  const unfold = () => document.querySelector(`details[id="${CSS.escape(location.hash.slice(1))}"]`)?.setAttribute("open", "");
  addEventListener("hashchange", unfold);
  unfold();
  const phone = matchMedia("(max-width: 61.99rem)");
  if (phone.matches) for (const part of document.querySelectorAll("[data-close-on-phone]")) part.open = false;
}

// --- Toasts -------------------------------------------------------------------------------------
// Toasts go after eight seconds, but stay while looked at. A response may bring one: HX-Trigger {"toast": "text"}.
const LIFE = 8000;

function startToasts(part) {
  const found = [...part.querySelectorAll("[data-toast]"), ...(part.matches?.("[data-toast]") ? [part] : [])];
  for (const toast of found) {
    if (toast.dataset.toast === "on") continue;
    toast.dataset.toast = "on";
    toast.addEventListener("click", (event) => {
      if (event.target.closest("[data-dismiss]")) leave(toast);
    });
    wait(toast);
  }
}

function wait(toast) {
  setTimeout(() => (toast.matches(":hover, :focus-within") ? wait(toast) : leave(toast)), LIFE);
}

function leave(toast) {
  toast.classList.add("gone");
  setTimeout(() => toast.remove(), 220);
}

document.addEventListener("toast", (event) => {
  const area = document.getElementById("toasts");
  if (!area) return;
  const toast = document.createElement("div");
  toast.className = "s-toast";
  toast.setAttribute("role", "status");
  toast.dataset.toast = "";
  const words = document.createElement("span");
  words.textContent = event.detail.value ?? event.detail;
  toast.append(words);
  area.append(toast);
  startToasts(area);
});

// --- Keys ---------------------------------------------------------------------------------------
// Keys of the work pages: any element with data-key is pressed by that key (a, x, e, z, ?, j, k …), unless one is writing.
function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    const wanted = [...document.querySelectorAll("[data-key]")].find(
      (element) => element.dataset.key === event.key.toLowerCase() && !element.disabled && element.getClientRects().length,
    );
    if (!wanted) return;
    event.preventDefault();
    if (wanted.matches("input, textarea, select")) wanted.focus();
    else wanted.click();
  });
}

const start = (part) => {
  for (const element of part.querySelectorAll(".js-only[hidden]")) element.hidden = false;
  startToasts(part);
};
startMenus();
startKeys();
start(document);
document.addEventListener("htmx:afterSettle", (event) => start(event.target));
document.addEventListener("htmx:oobAfterSwap", (event) => start(event.target));
