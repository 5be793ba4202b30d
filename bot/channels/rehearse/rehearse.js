// The rehearsal page: two made-up phones. Everything that they show comes from the event stream.

import { $, clock, label, settings, showEntry, showSum, toEnd } from "./thread.js";

const KINDS = ["sms", "telegram"];
const page = document.documentElement.dataset;
const narrow = matchMedia("(max-width: 62rem)");
const phones = {}; // kind -> { kind, id, node, state, entries, skew }
let stream = null;
let inHand = "sms";

async function post(path, body = {}) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function trouble(name) {
  $("#trouble").textContent = name ? label(name) : "";
  $("#trouble").hidden = !name;
}

/** Do something to a phone; say so where it did not work. */
async function act(path, body) {
  try {
    await post(path, body);
    trouble("");
    return true;
  } catch (error) {
    trouble(error instanceof TypeError ? "gone" : "not-stored");
    return false;
  }
}

function showTime(phone) {
  if (!phone.state) return;
  $(".clock", phone.node).textContent = clock(phone, new Date(Date.now() + phone.skew));
}

// --- One phone --------------------------------------------------------------------------------

function build(kind) {
  const node = $("#phone").content.cloneNode(true).firstElementChild;
  const phone = { kind, node, id: "", state: null, entries: new Map(), skew: 0 };
  phone.press = (message, choice) => {
    if (phone.state.signal) act(`phones/${phone.id}/press`, { message, choice });
  };
  phones[kind] = phone;
  node.dataset.kind = kind;
  $(".name", node).textContent = label(kind);
  $(".service", node).textContent = settings.service;
  $(".kind", node).textContent = label(`${kind}-kind`);
  $(".thread", node).setAttribute("aria-label", `${label("thread")}: ${label(kind)}`);
  const box = $("textarea", node);
  box.placeholder = label(`${kind}-write`);
  box.setAttribute("aria-label", `${label(`${kind}-write`)}: ${label(kind)}`);
  box.maxLength = settings.limits[kind];
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    write(phone);
  });
  $("form", node).addEventListener("submit", (event) => {
    event.preventDefault();
    write(phone);
  });
  $(".return", node).addEventListener("click", () => act(`phones/${phone.id}/hand`, { stranger: false }));
  for (const event of ["pointerdown", "focusin"]) node.addEventListener(event, () => take(kind));
  const thread = $(".thread", node);
  new ResizeObserver(() => toEnd(thread)).observe(thread);
  showSum(phone);
  $("#phones").append(node);
}

async function write(phone) {
  const box = $("textarea", phone.node);
  const text = box.value;
  if (!text.trim() || box.disabled) return;
  box.value = "";
  if (!(await act(`phones/${phone.id}/words`, { text })) && !box.value) box.value = text;
}

/** This phone is the one that the panel speaks of. */
function take(kind) {
  inHand = kind;
  for (const { node } of Object.values(phones)) {
    node.classList.toggle("in-hand", node.dataset.kind === kind);
  }
  showPanel();
}

function showPanel() {
  const phone = phones[inHand];
  if (!phone.state) return;
  $("#which").textContent = label(inHand);
  $("#number").textContent = inHand === "sms" ? phone.state.number.replace(/^(\+44)(\d{4})/, "$1 $2 ") : "";
  $("#language").value = phone.state.language;
  $("#stop").disabled = inHand !== "sms" || phone.state.blocked || !phone.state.signal;
  $("#signal").setAttribute("aria-checked", String(!phone.state.signal));
  $("#hand").disabled = !phone.state.signal && !phone.state.stranger;
  $('#hand [data-when="own"]').hidden = phone.state.stranger;
  $('#hand [data-when="stranger"]').hidden = !phone.state.stranger;
}

function showState(phone, state) {
  phone.state = state;
  phone.skew = new Date(state.now) - Date.now();
  phone.node.classList.toggle("no-signal", !state.signal);
  phone.node.classList.toggle("stranger", state.stranger);
  $(".held", phone.node).hidden = !state.stranger;
  $(".lost", phone.node).hidden = state.signal;
  for (const part of [$("textarea", phone.node), $(".send", phone.node)]) part.disabled = !state.signal;
  $(".thread", phone.node).lang = state.language;
  showTime(phone);
  if (phone.kind === inHand) showPanel();
}

// --- The stream -------------------------------------------------------------------------------

function listen() {
  stream?.close();
  const query = Object.values(phones).map((phone) => `phone=${phone.id}`).join("&");
  stream = new EventSource(`events?${query}`);
  stream.onopen = () => trouble("");
  stream.onmessage = ({ data }) => {
    const news = JSON.parse(data);
    const phone = Object.values(phones).find((one) => one.id === news.phone);
    if (!phone) return;
    if (news.state) showState(phone, news.state);
    if (news.entry) showEntry(phone, news.entry);
  };
  stream.onerror = () => {
    // Closed for good: the program was started anew and knows these phones no more.
    if (stream.readyState === EventSource.CLOSED) renew(KINDS).catch(() => trouble("gone"));
    else trouble("gone");
  };
}

/** Phones of new people in place of these. */
async function renew(kinds) {
  for (const kind of kinds) {
    const language = phones[kind].state?.language ?? settings.languages[0][0];
    const { phone } = await post("phones", { kind, language });
    sessionStorage.setItem(`phone-${kind}`, phone);
    const old = phones[kind].node;
    build(kind);
    phones[kind].id = phone;
    old.replaceWith(phones[kind].node);
  }
  take(inHand);
  listen();
}

// --- The page ---------------------------------------------------------------------------------

function show(view) {
  if (view === "both" && narrow.matches) view = inHand;
  page.view = view;
  $(`input[name="view"][value="${view}"]`).checked = true;
  sessionStorage.setItem("view", view);
  if (view !== "both") take(view);
}

async function openDesk() {
  // Opened before the answer comes: browsers allow a window only as part of the click itself.
  const width = Math.max(560, Math.round(screen.availWidth * 0.5));
  const place = `width=${width},height=${screen.availHeight},left=${screen.availWidth - width},top=0`;
  const desk = window.open("", "ownpace-desk", `popup,${place}`);
  try {
    const { url } = await post("desk");
    desk.location = new URL(url, location.href).href;
    desk.focus();
    trouble("");
  } catch {
    desk?.close();
    trouble("no-desk");
  }
}

function wirePanel() {
  const onClick = (id, path, body = () => ({})) =>
    $(id).addEventListener("click", () => act(path(phones[inHand]), body(phones[inHand])));
  onClick("#days", () => "later");
  onClick("#hand", ({ id }) => `phones/${id}/hand`, ({ state }) => ({ stranger: !state.stranger }));
  onClick("#stop", ({ id }) => `phones/${id}/stop`);
  onClick("#signal", ({ id }) => `phones/${id}/signal`, ({ state }) => ({ on: !state.signal }));
  $("#new-phone").addEventListener("click", () => renew([inHand]).catch(() => trouble("gone")));
  $("#desk").addEventListener("click", openDesk);
  const language = $("#language");
  for (const [code, name] of settings.languages) language.add(new Option(name, code));
  language.addEventListener("change", () =>
    act(`phones/${phones[inHand].id}/language`, { language: language.value }),
  );
  for (const input of document.getElementsByName("view")) {
    input.addEventListener("change", () => show(input.value));
  }
  $("#theme").addEventListener("click", () => {
    const now = page.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    page.theme = now === "dark" ? "light" : "dark";
  });
}

async function start() {
  Object.assign(settings, await (await fetch("settings")).json());
  wirePanel();
  for (const kind of KINDS) {
    build(kind);
    phones[kind].id = sessionStorage.getItem(`phone-${kind}`) ?? "";
  }
  take("sms");
  show(sessionStorage.getItem("view") ?? "both");
  narrow.addEventListener("change", () => show(page.view));
  if (KINDS.every((kind) => phones[kind].id)) listen();
  else await renew(KINDS);
  $("textarea", phones.sms.node).focus();
  setInterval(() => Object.values(phones).forEach(showTime), 5000);
}

start().catch(() => trouble("gone"));
