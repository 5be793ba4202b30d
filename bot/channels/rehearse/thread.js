// What stands on a phone: messages with their fate and price, days, and what life did.

export const $ = (selector, root = document) => root.querySelector(selector);
const labels = Object.fromEntries(
  [...$("#labels").content.children].map((p) => [p.dataset.label, p.textContent]),
);
export const label = (name, values = {}) =>
  (labels[name] ?? "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
const sprite = (name) => `icons.svg#${name}`;
export const settings = {};
const MARKS = { sending: "clock", waiting: "clock", sent: "tick", delivered: "ticks", failed: "cross" };
const STAGE = ["days_later", "minutes_later", "handed", "returned"];

// --- Times and money --------------------------------------------------------------------------

const HOURS = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const DATE = { weekday: "long", day: "numeric", month: "long" };
const inZone = (language, options, at) =>
  new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
    ...options,
    timeZone: settings.zone,
  }).format(at);
export const clock = (phone, at) => inZone(phone.state.language, HOURS, at);
const day = (phone, at) => inZone("en", { weekday: "long" }, at); // in the page's own words
const date = (phone, at) => inZone(phone.state.language, DATE, at);

function money(pence) {
  if (pence >= 100) return `£${(pence / 100).toFixed(2)}`;
  return `${pence < 10 ? Number(pence.toFixed(1)) : Math.round(pence)}p`;
}

const cost = (parts) => money(parts * settings.pence_per_part);

// --- What stands on a phone -------------------------------------------------------------------

export function showEntry(phone, entry) {
  const at = new Date(entry.at);
  const thread = $(".thread", phone.node);
  const before = phone.entries.get(entry.id);
  const draw = STAGE.includes(entry.kind) ? stage : message;
  const node = before?.node ?? draw(phone, entry, at);
  phone.entries.set(entry.id, { entry, node });
  if (!before) {
    $(".begin", phone.node)?.remove();
    separate(phone, thread, entry, at);
    thread.append(node);
  }
  // Changed in place: a bubble that is put in anew would be read out a second time.
  if (draw === message) showFate(entry, node);
  node.hidden = Boolean(entry.gone); // removed from the chat
  toEnd(thread);
  showSum(phone);
}

/** The day above the first message of a day, unless a stage direction has just named it. */
function separate(phone, thread, entry, at) {
  const today = date(phone, at);
  if (phone.today !== today && !STAGE.includes(entry.kind)) thread.append(line("day", today));
  phone.today = today;
}

function line(kind, text) {
  const p = document.createElement("p");
  p.className = `line ${kind}`;
  p.textContent = text;
  return p;
}

function stage(phone, entry, at) {
  if (!entry.kind.endsWith("_later")) return line("hands", label(entry.kind));
  return line("later", `${label(entry.kind)} – ${day(phone, at)} ${clock(phone, at)}`);
}

function message(phone, entry, at) {
  const node = $("#bubble").content.cloneNode(true).firstElementChild;
  $(".text", node).textContent = entry.text;
  $("time", node).textContent = clock(phone, at);
  $("time", node).dateTime = entry.at;
  $(".from", node).hidden = entry.kind !== "carrier";
  showKeys(phone, entry, node);
  return node;
}

function showKeys(phone, entry, node) {
  const keys = $(".keys", node);
  keys.hidden = !entry.buttons.length;
  for (const [code, text] of entry.buttons) {
    const key = document.createElement("button");
    key.textContent = text;
    key.dataset.code = code;
    key.addEventListener("click", () => phone.press(entry.message, code));
    keys.append(key);
  }
}

/** Under each message: how far it got, and for a text of ours how many parts and what they cost. */
function showFate(entry, node) {
  node.className = `entry ${entry.kind} ${entry.state}`;
  for (const key of $(".keys", node).children) {
    key.setAttribute("aria-pressed", String(key.dataset.code === entry.chosen));
  }
  const fate = $(".fate", node);
  fate.hidden = !entry.state;
  $("use", fate).setAttribute("href", sprite(MARKS[entry.state] ?? "tick"));
  const values = { n: entry.parts, cost: cost(entry.parts) };
  const price = entry.parts && label(entry.parts === 1 ? "one-part" : "more-parts", values);
  $("span", fate).textContent = [label(entry.state), price].filter(Boolean).join(" · ");
}

export function showSum(phone) {
  const parts = [...phone.entries.values()].reduce((sum, { entry }) => sum + entry.parts, 0);
  const name = ["sum-none", "sum-one"][parts] ?? "sum";
  const text = label(phone.kind === "sms" ? name : "free", { n: parts, cost: cost(parts || 1) });
  $(".sum", phone.node).textContent = text;
}

export function toEnd(thread) {
  thread.scrollTop = thread.scrollHeight;
}
