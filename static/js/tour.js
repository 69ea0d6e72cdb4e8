// The tour of a page: its help text, one section at a time, beside the part of the page that the section explains.
const GAP = 12;
let box = null;
let steps = [];
let at = 0;
let opener = null;

const remember = (url) => {
  if (!url) return;
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  fetch(url, { method: "POST", headers: { "X-CSRFToken": token, "HX-Request": "true" } });
  document.querySelector(".s-first")?.remove();
  document.querySelector(".s-guide.new")?.classList.remove("new");
};

const begin = async (button) => {
  opener = button.closest(".s-guide")?.querySelector("summary") ?? document.querySelector(".s-guide > summary");
  const answer = await fetch(button.dataset.tour, { headers: { "HX-Request": "true" } });
  if (!answer.ok) {
    location.href = button.dataset.tour.split("?")[0];
    return;
  }
  remember(button.dataset.seen);
  end();
  const holder = document.createElement("template");
  holder.innerHTML = (await answer.text()).trim();
  box = holder.content.querySelector(".s-tour");
  document.body.append(box);
  // a stop whose part is not on the page just now is left out
  steps = [...box.querySelectorAll("[data-at]")].filter((step) => seen(step.dataset.at));
  if (!steps.length) {
    location.href = button.dataset.tour.split("?")[0];
    return;
  }
  box.hidden = false;
  show(0);
};

const seen = (selector) => [...document.querySelectorAll(selector)].find((part) => part.getClientRects().length);

const show = (n) => {
  document.querySelector(".s-toured")?.classList.remove("s-toured");
  at = n;
  for (const step of steps) step.hidden = step !== steps[n];
  box.querySelector("[data-tour-at]").textContent = n + 1;
  const part = seen(steps[n].dataset.at);
  const next = box.querySelector("[data-tour-next]");
  next.dataset.word ??= next.textContent;
  next.textContent = n === steps.length - 1 ? next.dataset.last : next.dataset.word;
  box.querySelector("[data-tour-back]").disabled = n === 0;
  if (part) {
    part.classList.add("s-toured");
    part.scrollIntoView({ block: "center", behavior: "instant" });
    place(part);
  }
  next.focus({ preventScroll: true });
};

// below the part, else above it, else over its lower edge; never outside the window
const place = (part) => {
  const room = part.getBoundingClientRect();
  const own = box.getBoundingClientRect();
  const below = room.bottom + GAP;
  const above = room.top - GAP - own.height;
  const lowest = innerHeight - own.height - GAP;
  const top = below <= lowest ? below : above >= GAP ? above : Math.max(GAP, lowest);
  const left = Math.min(Math.max(GAP, room.left), innerWidth - own.width - GAP);
  box.style.setProperty("top", `${top}px`);
  box.style.setProperty("left", `${Math.max(GAP, left)}px`);
};

const end = () => {
  if (!box) return;
  document.querySelector(".s-toured")?.classList.remove("s-toured");
  box.remove();
  box = null;
  opener?.focus();
};

// where the tour has nothing to stop at there is no tour: the help text alone
for (const guide of document.querySelectorAll("[data-stops]")) {
  if (guide.dataset.stops && !seen(guide.dataset.stops)) {
    guide.classList.remove("new");
    for (const offer of document.querySelectorAll(".s-first, [data-tour]")) offer.remove();
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-tour]");
  if (button) {
    button.closest("details")?.removeAttribute("open");
    begin(button);
  }
  const wave = event.target.closest("[data-wave]");
  if (wave) {
    event.preventDefault();
    remember(wave.form.action);
  }
  if (!box) return;
  if (event.target.closest("[data-tour-close]")) end();
  if (event.target.closest("[data-tour-back]")) show(at - 1);
  if (event.target.closest("[data-tour-next]")) at === steps.length - 1 ? end() : show(at + 1);
});
document.addEventListener("keydown", (event) => {
  if (box && event.key === "Escape") end();
});
