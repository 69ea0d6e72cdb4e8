// Draws the pictures of the figures from the tables beside them: what a table says is what its picture shows.
// The library comes after the first paint; without it, or without a script, the tables stand by themselves.

const root = document.documentElement;
const source = document.querySelector("script[data-pictures]")?.dataset.pictures;
const drawn = new Map();
let library;

// --- What a picture is drawn from ---------------------------------------------------------------
const value = (name) => getComputedStyle(root).getPropertyValue(`--sm-${name}`).trim();
const rem = () => parseFloat(getComputedStyle(root).fontSize);
const words = (element) => element.firstChild.textContent.trim();
// tooltips are drawn as HTML: names that people wrote stay text
const plain = (text) => echarts.format.encodeHTML(text);
const rowsOf = (picture) => [...picture.closest(".ov-p").querySelectorAll(".ov-tab tbody tr")];
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const text = (colour, size = 0.75, more = {}) => ({ color: value(colour), fontSize: rem() * size, fontFamily: getComputedStyle(document.body).fontFamily, ...more });
const pen = document.createElement("canvas").getContext("2d");
const widest = (labels, size) => {
  pen.font = `${rem() * size}px ${getComputedStyle(document.body).fontFamily}`;
  return Math.max(...labels.map((label) => pen.measureText(label).width));
};
const quiet = { axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false } };

function base() {
  return {
    animation: !still(), animationDuration: 200, textStyle: text("text"),
    tooltip: {
      confine: true, backgroundColor: value("surface"), borderColor: value("line"), textStyle: text("text", 0.8125),
      extraCssText: `box-shadow: ${value("shadow-pop")}; border-radius: 6px`, transitionDuration: 0,
    },
  };
}

// --- The pictures -------------------------------------------------------------------------------
function funnel(picture) {
  const rows = rowsOf(picture);
  const steps = rows.map((row) => ({ label: words(row.querySelector("th")), n: Number(row.dataset.n), note: row.dataset.note, share: row.cells[2].textContent, said: row.cells[1].textContent.trim(), url: row.querySelector("a").href }));
  const most = Math.max(...steps.map((step) => step.n), 1);
  const narrow = picture.clientWidth < rem() * 28;
  const category = { type: "category", inverse: true, data: steps.map((step) => step.label), ...quiet };
  const left = widest(category.data, 0.875) + rem() * 0.875;
  return {
    ...base(),
    grid: { left, right: rem() * (narrow ? 5.5 : 7.5), top: 0, bottom: 0 },
    xAxis: { type: "value", max: most, show: false },
    yAxis: [
      { ...category, axisLabel: { ...text("text", 0.875), margin: left, align: "left" } },
      { ...category, position: "right", axisLabel: { margin: 0, formatter: (label, place) => `{n|${steps[place].said}}{s|${steps[place].share}}`, rich: { n: text("text", 1, { fontWeight: 700, width: rem() * 3.5, align: "right" }), s: text("text-3", 0.8125, { width: rem() * (narrow ? 2 : 3.75), align: "right" }) } } },
    ],
    tooltip: { ...base().tooltip, formatter: ({ dataIndex }) => plain(`${steps[dataIndex].label} ${steps[dataIndex].said}`) },
    series: [
      { type: "bar", barWidth: "80%", showBackground: true, backgroundStyle: { color: value("surface-2"), borderRadius: 3 }, itemStyle: { color: value("accent"), borderRadius: 3 }, cursor: "pointer", emphasis: { itemStyle: { color: value("accent-hover") } },
        data: steps.map((step) => ({ value: step.n, url: step.url, label: { show: Boolean(step.note) && !narrow && step.n < most * 0.68, position: "right", distance: rem() * 0.75, formatter: step.note, ...text("text-3") } })) },
      { type: "bar", yAxisIndex: 1, data: steps.map(() => 0), silent: true },
    ],
  };
}

function trend(picture) {
  const rows = rowsOf(picture);
  const labels = rows.map((row) => words(row.querySelector("th")));
  const colours = ["accent-mid", "accent", "ok"];
  const names = [...picture.closest(".ov-p").querySelectorAll("thead th")].slice(1).map(words);
  const high = rem() * 5;
  const rest = rows.map((row, place) => ("rest" in row.dataset ? place : -1)).filter((place) => place >= 0);
  const grey = rest.length ? [[{ xAxis: Math.max(rest[0] - 0.5, 0) }, { xAxis: Math.min(rest.at(-1) + 0.5, rows.length - 1) }]] : [];
  const middle = picture.clientWidth > rem() * 12.5 ? Math.floor(rows.length / 2) : 0;
  return {
    ...base(),
    grid: names.map((_name, place) => ({ left: rem() * 1.25, right: rem() * 1.25, top: place * high + rem() * 0.625, height: high - rem() * 1.25 })),
    xAxis: names.map((_name, place) => ({ type: "value", min: 0, max: rows.length - 1, interval: 1, gridIndex: place, axisTick: { show: false }, splitLine: { show: false }, axisLine: { lineStyle: { color: value("line-2") } }, axisPointer: { snap: true },
      axisLabel: { show: place === names.length - 1, ...text("text-3"), margin: rem() * 0.75, formatter: (at) => ([0, middle, rows.length - 1].includes(at) ? labels[at] : "") } })),
    yAxis: names.map((_name, place) => ({ type: "value", min: 0, gridIndex: place, show: false, max: (bounds) => Math.max(bounds.max, 1) })),
    axisPointer: { link: [{ xAxisIndex: "all" }], lineStyle: { color: value("line-2") }, label: { show: false } },
    tooltip: { ...base().tooltip, trigger: "axis", formatter: (points) => [labels[points[0].value[0]], ...names.map((name, place) => `${name} ${rows[points[0].value[0]].cells[place + 1].textContent.trim()}`)].map(plain).join("<br>") },
    series: names.map((_name, place) => ({
      type: "line", xAxisIndex: place, yAxisIndex: place, symbol: "circle", symbolSize: rem() * 0.5, showSymbol: false, cursor: "pointer", triggerLineEvent: true,
      lineStyle: { color: value(colours[place]), width: 2, join: "round" }, itemStyle: { color: value(colours[place]) },
      data: rows.map((row, at) => ({ value: [at, Number(row.cells[place + 1].dataset.n)], url: row.cells[place + 1].querySelector("a").href })),
      markArea: { silent: true, itemStyle: { color: value("surface-3"), opacity: 0.7 }, data: grey },
    })),
  };
}

const EDGE = 2;
const FILLS = { no: ["surface-2", "text-3"], n3: ["heat-4", "heat-ink-hi"], n2: ["heat-2", "text"], n1: ["heat-1", "text"], z: ["surface-2", "text"], o1: ["wait-soft", "text"], o2: ["wait-line", "text"], ns: ["surface", "text", "accent"], os: ["surface", "text", "wait"] };

// what a cell says and where it leads; one that neither side fills leads nowhere
function meaning(td, place, column, picture) {
  const links = [...td.querySelectorAll("a")];
  const none = td.className === "ns" ? ` ${picture.dataset.noOffer}` : td.className === "os" ? ` ${picture.dataset.noNeed}` : "";
  if (!links.length) return { value: place, tone: "no", label: "{s|—}", said: column };
  return {
    value: place, tone: td.className, url: links[Number(td.dataset.need) ? 0 : 1].href, said: `${column}: ${links.map((link) => link.getAttribute("aria-label")).join(" / ")}`,
    label: `{b|${links[0].textContent}} {s|/ ${links[1].textContent}${none}}`,
  };
}

// the box is that of the label: a symbol is stretched to its size, and its edge and corners with it
function cellOf({ tone, label, url, ...rest }, [width, height]) {
  const [fill, ink, edge] = FILLS[tone];
  const line = { lineHeight: height - 2 * EDGE };
  return {
    ...rest, url, cursor: url ? "pointer" : "default", itemStyle: { color: "transparent", opacity: 1 },
    label: {
      show: true, position: "inside", formatter: label, width: width - EDGE, height: height - EDGE, align: "center", verticalAlign: "middle",
      backgroundColor: value(fill), borderColor: value(edge ?? fill), borderWidth: EDGE, borderRadius: 3, rich: { b: text(ink, 1, { ...line, fontWeight: 700 }), s: text(ink, 0.75, line) },
    },
  };
}

function heat(picture) {
  const rows = rowsOf(picture);
  const columns = [...picture.closest(".ov-p").querySelectorAll("thead th")].map(words);
  const names = rows.map((row) => row.querySelector("th").textContent.trim());
  const left = Math.max(rem() * 9, widest(names, 0.8125) + rem() * 2.75), top = rem() * 2;
  const cell = [(picture.clientWidth - left) / columns.length - 3 - EDGE, (picture.clientHeight - top) / rows.length - 3 - EDGE];
  const cells = rows.flatMap((row, y) => [...row.querySelectorAll("td")].map((td, x) => meaning(td, [x, y], columns[x], picture)));
  return {
    ...base(),
    grid: { left, right: 0, top, bottom: 0 },
    xAxis: { type: "category", position: "top", data: columns, ...quiet, axisLabel: { ...text("text-2", 0.8125), interval: 0, width: cell[0], overflow: "truncate", margin: rem() * 0.5 } },
    yAxis: { type: "category", inverse: true, data: names, ...quiet, axisLabel: { ...text("text", 0.8125), margin: left - rem() * 2, align: "left", width: left - rem() * 2.25, overflow: "truncate" } },
    tooltip: { ...base().tooltip, formatter: ({ data }) => plain(data.said) },
    series: [{
      type: "scatter", symbol: "rect", symbolSize: cell, emphasis: { scale: false, itemStyle: { color: "transparent" } }, data: cells.map((each) => cellOf(each, cell)),
    }],
  };
}

function replies(picture) {
  const rows = rowsOf(picture).map((row) => ({ label: words(row.querySelector("th")), median: Number(row.dataset.median), ninety: Number(row.dataset.ninety), slow: "slow" in row.dataset, url: row.querySelector("a").href, said: row.cells[2].textContent, said90: row.cells[3].textContent }));
  const promise = Number(picture.dataset.promise);
  const longest = Math.max(...rows.map((row) => row.ninety), promise * 1.5);
  const category = { type: "category", inverse: true, data: rows.map((row) => row.label), ...quiet };
  const left = Math.min(rem() * 8.5, picture.clientWidth * 0.36);
  return {
    ...base(),
    grid: { left: left + rem() * 0.75, right: rem() * 5.5, top: rem() * 0.25, bottom: rem() * 0.25 },
    xAxis: { type: "value", min: 0, max: longest, show: false },
    yAxis: [
      { ...category, splitLine: { show: false }, axisLabel: { ...text("text", 0.8125), margin: left, align: "left", width: left, overflow: "truncate" } },
      { ...category, position: "right", axisLabel: { margin: rem() * 0.5, formatter: (label, place) => `{n|${rows[place].said}}{s| / ${rows[place].said90} ${picture.dataset.days}}`, rich: { n: text("text", 0.8125, { fontWeight: 700 }), s: text("text-2", 0.8125) } } },
    ],
    tooltip: { ...base().tooltip, formatter: ({ dataIndex }) => plain(`${rows[dataIndex].label} ${rows[dataIndex].said} / ${rows[dataIndex].said90} ${picture.dataset.days}`) },
    series: [
      { type: "bar", stack: "range", barWidth: rem() * 0.375, silent: true, itemStyle: { color: "transparent" }, data: rows.map((row) => row.median) },
      { type: "bar", stack: "range", barWidth: rem() * 0.375, cursor: "pointer", itemStyle: { color: value("accent-line"), borderRadius: 3 }, data: rows.map((row) => ({ value: Math.max(row.ninety - row.median, 0), url: row.url })),
        markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: value("text-3"), type: "dashed", width: 1 }, data: [{ xAxis: promise }] } },
      { type: "scatter", symbolSize: rem() * 0.75, cursor: "pointer", z: 5, data: rows.map((row, place) => ({ value: [row.median, place], url: row.url, itemStyle: { color: value(row.slow ? "bad" : "accent"), opacity: 1 } })) },
      { type: "bar", yAxisIndex: 1, data: rows.map(() => 0), silent: true },
    ],
  };
}

const PICTURES = { funnel, trend, heat, replies };

// --- Drawing ------------------------------------------------------------------------------------
function draw(picture) {
  if (!picture.clientWidth) return;
  const chart = drawn.get(picture) ?? window.echarts.init(picture, null, { renderer: "svg" });
  if (!drawn.has(picture)) {
    drawn.set(picture, chart);
    chart.on("click", ({ data }) => { if (data?.url) location.assign(data.url); });
    new ResizeObserver(() => again(picture)).observe(picture);
  }
  chart.setOption(PICTURES[picture.dataset.picture](picture), true);
  const svg = picture.querySelector("svg");
  svg?.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
}

// paper keeps the drawing and scales it: nothing is measured anew while a page is printed
function again(picture) {
  if (matchMedia("print").matches) return;
  const chart = drawn.get(picture);
  if (!chart || !picture.clientWidth || (chart.getWidth() === picture.clientWidth && chart.getHeight() === picture.clientHeight)) return;
  chart.resize();
  draw(picture);
}

function drawAll() {
  if (!window.echarts) return;
  for (const picture of drawn.keys()) if (!picture.isConnected) { drawn.get(picture).dispose(); drawn.delete(picture); }
  for (const picture of document.querySelectorAll("[data-picture]")) draw(picture);
}

function fetchLibrary() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

function start() {
  for (const button of document.querySelectorAll(".ov-turn[hidden]")) button.hidden = false;
  if (!document.querySelector("[data-picture]")) return;
  fetchLibrary().then(drawAll, () => document.body.classList.add("plain"));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".ov-turn");
  if (!button) return;
  const shown = document.getElementById(button.getAttribute("aria-controls")).classList.toggle("on");
  button.setAttribute("aria-pressed", String(shown));
});
document.addEventListener("htmx:afterSettle", start);
// colours and letters follow the switches of the page
new MutationObserver(drawAll).observe(root, { attributeFilter: ["data-bs-theme", "data-type"] });

const soon = window.requestIdleCallback ?? ((task) => setTimeout(task, 50));
requestAnimationFrame(() => soon(start));
