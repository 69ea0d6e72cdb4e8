// The queue of listings by keys: the next one has the focus after each decision, Ctrl+Enter sends the reason, an unsent
// reason survives a reload in this tab.
const field = () => document.querySelector("#queue textarea[name=reason]");
const drawer = () => `reason:${document.querySelector("#queue [data-open-listing]")?.dataset.openListing ?? ""}`;

function bringWords() {
  const kept = sessionStorage.getItem(drawer());
  if (kept !== null && field() && !field().value) field().value = kept;
}

document.addEventListener("input", (event) => {
  if (event.target === field()) sessionStorage.setItem(drawer(), event.target.value);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.target !== field()) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});
document.addEventListener("submit", (event) => {
  if (event.target.contains(field())) sessionStorage.removeItem(drawer());
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "queue") return;
  bringWords();
  const current = document.querySelector("#queue .s-q [aria-current]");
  current?.scrollIntoView({ block: "nearest" });
  if (document.activeElement === document.body) current?.querySelector(".o")?.focus({ preventScroll: true });
});
bringWords();
