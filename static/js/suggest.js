// Suggestions below a search box: the combobox pattern. The form works without them.
const PAUSE = 120;
let number = 0;

for (const form of document.querySelectorAll("form[data-suggest]")) start(form);

function start(form) {
  const box = form.querySelector("[data-combo]");
  const list = form.querySelector("[data-list]");
  const status = form.querySelector("[data-status]");
  let timer = 0;
  let request = null;
  let active = -1;

  list.id = `suggestions-${(number += 1)}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.getAttribute("aria-label"));
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-expanded", "false");
  box.setAttribute("aria-controls", list.id);

  const options = () => [...list.querySelectorAll('[role="option"]')];
  const close = () => {
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    mark(-1);
  };
  const mark = (place) => {
    const all = options();
    active = all.length ? place : -1;
    all.forEach((option, at) => option.setAttribute("aria-selected", String(at === active)));
    if (active < 0) box.removeAttribute("aria-activedescendant");
    else {
      box.setAttribute("aria-activedescendant", all[active].id);
      all[active].scrollIntoView({ block: "nearest" });
    }
  };

  async function ask() {
    const words = box.value.trim();
    request?.abort();
    if (!words) return close();
    request = new AbortController();
    const asked = new URLSearchParams({ q: words });
    const where = new FormData(form).get("in");
    if (where) asked.set("in", where);
    const answer = await fetch(`${form.dataset.suggest}?${asked}`, { signal: request.signal, credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok || document.activeElement !== box) return;
    const html = await answer.text().catch(() => "");
    if (box.value.trim() !== words) return;
    list.innerHTML = html;
    list.hidden = !options().length;
    box.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = list.querySelector("[data-said]")?.textContent ?? "";
    mark(-1);
  }

  box.addEventListener("input", (event) => {
    if (event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  box.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "in" && box.value.trim()) {
      box.focus();
      ask();
    }
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = options();
    if (event.key === "Escape") {
      if (list.hidden) return;
      event.preventDefault();
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return void ask();
      const step = event.key === "ArrowDown" ? 1 : -1;
      // one place before the first is the box itself
      mark(((active + 1 + step + all.length + 1) % (all.length + 1)) - 1);
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      location.assign(all[active].href);
    } else if (event.key === "Tab") close();
  });
  // A press on an option must not take the focus away before the link is followed.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    if (!form.contains(event.target)) close();
  });
  box.addEventListener("blur", () => setTimeout(() => form.contains(document.activeElement) || close(), 150));
}
