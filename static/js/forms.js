// Forms: filters send themselves, facet values can be searched, characters are counted.
function startForms(part) {
  for (const form of part.querySelectorAll("form.js-auto")) autoSend(form);
  for (const input of part.querySelectorAll("[data-within]")) searchWithin(input);
  for (const counter of part.querySelectorAll("[data-count-of]")) count(counter);
  for (const box of part.querySelectorAll("[data-check-all]")) checkAll(box);
  part.querySelector("[data-focus]")?.focus();
}

function once(element, name) {
  if (element.dataset[name]) return false;
  element.dataset[name] = "on";
  return true;
}

function autoSend(form) {
  if (!once(form, "sends")) return;
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-within]")) return;
    form.requestSubmit();
  });
  form.addEventListener("formdata", (event) => {
    // A short address: what is empty is left out.
    for (const [name, value] of [...event.formData.entries()]) if (value === "") event.formData.delete(name);
  });
}

function searchWithin(input) {
  if (!once(input, "searches")) return;
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    for (const label of input.closest("fieldset").querySelectorAll("label")) {
      label.hidden = wanted !== "" && !label.textContent.toLowerCase().includes(wanted);
    }
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}

function count(counter) {
  if (!once(counter, "counts")) return;
  const field = document.getElementById(counter.dataset.countOf);
  const show = () => {
    counter.textContent = `${[...field.value].length} / ${field.maxLength > 0 ? field.maxLength : counter.dataset.most}`;
  };
  field?.addEventListener("input", show);
  if (field) show();
}

function checkAll(box) {
  if (!once(box, "checks")) return;
  const others = () => [...document.querySelectorAll(`input[type="checkbox"][name="${box.dataset.checkAll}"]:not(:disabled)`)];
  box.addEventListener("change", () => {
    for (const other of others()) other.checked = box.checked;
    box.dispatchEvent(new CustomEvent("chosen", { bubbles: true }));
  });
  document.addEventListener("change", (event) => {
    if (event.target.name !== box.dataset.checkAll) return;
    const all = others();
    const on = all.filter((other) => other.checked).length;
    box.checked = on === all.length && on > 0;
    box.indeterminate = on > 0 && on < all.length;
  });
}

startForms(document);
document.addEventListener("htmx:afterSettle", (event) => startForms(event.target));
