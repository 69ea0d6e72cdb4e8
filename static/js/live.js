// What has changed elsewhere arrives here, as the event live:<topic> on the body; HTMX asks for the rest.
// One connection a browser: of all open pages one holds a lock and listens, and passes on to the others what it hears.
// Without a stream the page asks every half minute. Everything works without this file, by loading a page again.

const place = document.querySelector('meta[name="live"]');
const TOPICS = ["inbox", "matches", "messages", "run", "import", "listings"];
const ASK = 30_000;
const TRY_STREAM_AGAIN = 300_000;
const HIDDEN_AT_MOST = 300_000;
const TOGETHER = 300;

let heard = Number(place?.dataset.now ?? 0);
let ended = false;

// --- What is heard: once per topic, and only when somebody looks ----------------------------------------------------
const waiting = new Map();
let timer = 0;

function note(topic, id, at) {
  heard = Math.max(heard, at || 0);
  for (const one of topic === "refresh" ? TOPICS : [topic]) waiting.set(`${one} ${id}`, { topic: one, id });
  if (!timer && !document.hidden) timer = setTimeout(fire, TOGETHER);
}

function fire() {
  timer = 0;
  const found = [...waiting.values()];
  waiting.clear();
  for (const { topic, id } of found) document.body.dispatchEvent(new CustomEvent(`live:${topic}`, { detail: { id } }));
}

// --- Asking now and then --------------------------------------------------------------------------------------------
let asking = 0;

async function ask() {
  if (ended) return;
  try {
    const answer = await fetch(`${place.dataset.since}?after=${heard}`, { headers: { Accept: "application/json" } });
    if (answer.status === 401) return end();
    if (!answer.ok) return;
    const { at, topics } = await answer.json();
    for (const topic of topics) tellAll({ topic, id: "", at });
    tellAll({ topic: "", id: "", at });
  } catch {
    // the network is away; the next time may find it back
  }
}

function askNowAndThen(on) {
  if (on === Boolean(asking)) return;
  if (on) asking = setInterval(ask, ASK);
  else {
    clearInterval(asking);
    asking = 0;
  }
}

// --- The stream -----------------------------------------------------------------------------------------------------
let stream = null;
let again = 0;
let failures = 0;

function listen() {
  stream = new EventSource(`${place.dataset.stream}?after=${heard}`);
  stream.addEventListener("hello", (event) => {
    failures = 0;
    askNowAndThen(false);
    tellAll({ topic: "", id: "", at: Number(event.lastEventId) });
  });
  stream.addEventListener("live", (event) => tellAll({ ...JSON.parse(event.data), at: Number(event.lastEventId) }));
  stream.addEventListener("away", () => askNowAndThen(true));
  stream.addEventListener("back", () => {
    askNowAndThen(false);
    ask();
  });
  stream.addEventListener("bye", end);
  stream.addEventListener("error", () => {
    failures += 1;
    if (stream?.readyState !== EventSource.CLOSED && failures < 3) return;
    silence();
    askNowAndThen(true);
    ask();
    again = setTimeout(listen, TRY_STREAM_AGAIN);
  });
}

function silence() {
  stream?.close();
  stream = null;
  clearTimeout(again);
}

function stop() {
  silence();
  askNowAndThen(false);
}

// Signed out, or another session: nothing more is asked until a page is loaded.
function end() {
  ended = true;
  stop();
  give();
}

// --- One page of the browser listens for all ------------------------------------------------------------------------
const channel = "BroadcastChannel" in window && place ? new BroadcastChannel(`live:${place.content}`) : null;
let give = () => {};
let wanting = false;

function tellAll(change) {
  take(change);
  channel?.postMessage(change);
}

function take({ topic, id, at }) {
  heard = Math.max(heard, at || 0);
  if (topic) note(topic, id, at);
}

function lead() {
  return new Promise((resolve) => {
    give = () => {
      stop();
      give = () => {};
      resolve();
    };
    if (document.hidden) sleepLater();
    listen();
  });
}

async function wantToLead() {
  if (wanting || ended) return;
  wanting = true;
  if (navigator.locks) await navigator.locks.request(`live:${place.content}`, lead);
  else await lead();
  wanting = false;
}

// --- A page that nobody looks at ------------------------------------------------------------------------------------
let asleep = 0;

function sleepLater() {
  clearTimeout(asleep);
  asleep = setTimeout(() => give(), HIDDEN_AT_MOST);
}

function looked() {
  if (document.hidden) return sleepLater();
  clearTimeout(asleep);
  if (waiting.size && !timer) timer = setTimeout(fire, TOGETHER);
  wantToLead();
}

// --- The number in the title of the page ----------------------------------------------------------------------------
const title = document.title;

function badge() {
  const unread = Number(document.getElementById("bell")?.dataset.unread ?? 0);
  document.title = unread ? `(${unread}) ${title}` : title;
}

if (place) {
  channel?.addEventListener("message", (event) => take(event.data));
  document.addEventListener("visibilitychange", looked);
  document.addEventListener("htmx:afterSettle", badge);
  badge();
  // who only passes through opens no connection
  setTimeout(wantToLead, 1000);
}
