// The desk: an answer that is being written is not swept away by news, and the row tells that its answer is open.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-keeps]") && event.target.querySelector(".s-reply")) event.preventDefault();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (!event.target.matches?.(".reply")) return;
  const opener = event.target.closest("li, article").querySelector("[data-reply]");
  const open = event.target.childElementCount > 0;
  opener?.setAttribute("aria-expanded", String(open));
  if (open) event.target.querySelector("button, a")?.focus();
});

// Pressed again, the same verb closes the answer.
document.addEventListener(
  "click",
  (event) => {
    const opener = event.target.closest("[data-reply][aria-expanded=true]");
    if (opener) {
      event.preventDefault();
      event.stopPropagation();
      opener.closest("li, article").querySelector(".reply").replaceChildren();
      opener.setAttribute("aria-expanded", "false");
    }
    const no = event.target.closest("[data-no]");
    if (no) {
      const box = document.getElementById(no.getAttribute("aria-controls"));
      box.hidden = !box.hidden;
      no.setAttribute("aria-expanded", String(!box.hidden));
      if (!box.hidden) box.querySelector("input")?.focus();
    }
  },
  true,
);
