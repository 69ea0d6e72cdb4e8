// Lists: results follow the typing, open menus stay open, and nothing typed meanwhile is lost.
const PAUSE = 250;
let timer = 0;
let typed = null;

document.addEventListener("input", (event) => {
  const box = event.target;
  if (!box.matches("form[data-list] [data-typed]") || event.isComposing) return;
  typed = box.value;
  clearTimeout(timer);
  timer = setTimeout(() => ask(box.form), PAUSE);
});
// The last letters of a Chinese word come with the end of its composition.
document.addEventListener("compositionend", (event) => {
  if (event.target.matches("form[data-list] [data-typed]")) event.target.dispatchEvent(new Event("input", { bubbles: true }));
});

function ask(form) {
  if (!form?.isConnected) return;
  // One entry of the history for what was typed, not one for each letter.
  form.setAttribute("hx-push-url", "false");
  form.setAttribute("hx-replace-url", "true");
  form.requestSubmit();
}

document.addEventListener("change", (event) => {
  // Leaving the box says "changed"; what was typed has been asked for already.
  if (event.target.matches("form[data-list] [data-typed]")) event.stopImmediatePropagation();
}, true);

const open = new Set();
document.addEventListener("toggle", (event) => {
  const name = event.target.dataset?.keep;
  if (!name || !event.target.isConnected) return;
  if (event.target.open) open.add(name);
  else open.delete(name);
}, true);

// On a phone the filters are closed until asked for, and stay as they were.
let filters = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id === "list") filters = document.querySelector("#list [data-close-on-phone]")?.open ?? null;
});

document.addEventListener("htmx:afterSwap", (event) => {
  const list = document.getElementById("list");
  if (event.detail.target?.id !== "list" || !list) return;
  for (const menu of list.querySelectorAll("[data-keep]")) menu.open = open.has(menu.dataset.keep);
  const part = list.querySelector("[data-close-on-phone]");
  if (part && filters !== null) part.open = filters;
  const box = list.querySelector("[data-typed]");
  if (typed === null || !box) return;
  if (box.value !== typed) box.value = typed;
  else typed = null;
});
