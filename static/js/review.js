// The review desk: the line's slider and its number are one, and the open pair keeps the focus after each decision.
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

// What is ticked by hand counts in the button of the foot bar.
function countTicks(event) {
  if (event.target.name !== "pick" && !event.target.dataset?.checkAll) return;
  const button = document.querySelector("#bulk [data-bulk]");
  if (!button) return;
  const start = Number(button.dataset.bulk) - Number(button.dataset.ticked);
  const n = start + document.querySelectorAll("input[name=pick]:checked").length;
  button.querySelector("[data-n-bulk]").textContent = button.dataset.words.replace("{n}", n);
  button.disabled = n === 0;
}

function keepFocus(event) {
  if (event.target.id !== "desk") return;
  joinLine(document);
  if (document.activeElement !== document.body) return;
  document.querySelector(".s-q [aria-current] .o")?.focus({ preventScroll: true });
}

// A decided pair leaves the list before the next one comes.
function leave(event) {
  const decides = /\/review\/[^/]+\/(approve|exclude)\/$/.test(event.detail.pathInfo?.requestPath ?? event.detail.path ?? "");
  if (decides) document.querySelector(".s-q [aria-current]")?.classList.add("leaving");
}

// The last decision is the one that can be undone: older toasts make room for it.
function clearToasts(event) {
  if (event.target.id === "desk") for (const toast of document.querySelectorAll("#toasts > *")) toast.remove();
}

joinLine(document);
document.addEventListener("htmx:beforeSwap", clearToasts);
document.addEventListener("change", countTicks);
document.addEventListener("chosen", countTicks);
document.addEventListener("htmx:afterSettle", keepFocus);
document.addEventListener("htmx:beforeRequest", leave);
