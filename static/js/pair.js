// The pair: marked passages light up together; the line on the histogram can be dragged.

// Hover or focus on a reason lights its number in both texts, and the other way round.
function startMarks() {
  const light = (event, on) => {
    const part = event.target.closest?.("[data-n]:is(mark, .s-rs li)");
    if (!part) return;
    const pane = part.closest("[data-pair]") ?? document;
    for (const twin of pane.querySelectorAll(`:is(mark, .s-rs li)[data-n="${CSS.escape(part.dataset.n)}"]`)) {
      twin.classList.toggle("lit", on);
    }
  };
  for (const [name, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
    document.addEventListener(name, (event) => light(event, on));
  }
}

// The line on the score histogram: bars above it take the accent, words with data-above and data-line follow.
function startHistograms(part) {
  for (const box of part.querySelectorAll("[data-histogram]")) {
    if (box.dataset.histogram === "on") continue;
    box.dataset.histogram = "on";
    const slider = box.querySelector("input[type=range]");
    slider.addEventListener("input", () => draw(box, slider));
    slider.addEventListener("keydown", (event) => {
      const step = { PageUp: 5, PageDown: -5 }[event.key];
      if (!step) return;
      event.preventDefault();
      slider.value = Number(slider.value) + step;
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      slider.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

function draw(box, slider) {
  const line = Number(slider.value);
  const [low, high] = [Number(slider.min), Number(slider.max)];
  let above = 0;
  for (const bar of box.querySelectorAll("rect[data-at]")) {
    const on = Number(bar.dataset.at) >= line;
    bar.classList.toggle("hi", on);
    bar.classList.toggle("lo", !on);
    if (on) above += Number(bar.dataset.n);
  }
  box.querySelector("g.line").setAttribute("transform", `translate(${((line - low) / (high - low)) * 640} 0)`);
  for (const word of document.querySelectorAll("[data-line]")) word.textContent = line;
  for (const word of document.querySelectorAll("[data-above]")) word.textContent = above;
  slider.setAttribute("aria-valuetext", `${line}, ${above}`);
}

startMarks();
startHistograms(document);
document.addEventListener("htmx:afterSettle", (event) => startHistograms(event.target));
