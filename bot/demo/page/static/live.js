// What the server tells: fragments are put where they belong; nothing is rendered here.
import { forgetAsked, lastAsked } from "./composer.js";
import { replaceView } from "./controls.js";
import { isAtEnd, scrollToEnd } from "./scroll.js";
import { here, say } from "./send.js";

let stream = null;

function element(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

const find = (list, ts) => list?.querySelector(`:scope > .message[data-ts="${CSS.escape(ts)}"]`);

// Runs a change to a list's content and stays at its end if the person was there.
function holding(list, change, force = false) {
  const scroll = list.closest("[data-scroll]");
  const follow = force || isAtEnd(scroll);
  change();
  if (follow) scrollToEnd(scroll);
}

function put(list, fragment) {
  if (!list) return;
  const next = element(fragment.html);
  const now = find(list, fragment.ts);
  if (now?.outerHTML === next.outerHTML) return;
  holding(list, () => {
    if (now) return replace(now, next);
    const later = [...list.children].find((each) => each.dataset.ts > fragment.ts);
    next.classList.add("arriving");
    next.addEventListener("animationend", () => next.classList.remove("arriving"), { once: true });
    list.insertBefore(next, later ?? null);
  }, !now && fragment.mine);
}

// Keeps the focus on the control that had it, also when its message is rendered anew.
function replace(now, next) {
  const focused = now.contains(document.activeElement) ? document.activeElement : null;
  now.replaceWith(next);
  if (!focused) return;
  const { actionId, blockId } = focused.dataset;
  const again = [...next.querySelectorAll("[data-action-id]")].find((each) => each.dataset.actionId === actionId && each.dataset.blockId === blockId && each.value === focused.value);
  const tool = ["edit-message", "delete-message", "open-thread"].find((name) => focused.hasAttribute(`data-${name}`));
  const target = again ?? (tool && next.querySelector(`[data-${tool}]`)) ?? next;
  if (target === next) next.tabIndex = -1;
  target.focus({ preventScroll: true });
}

// The focus goes on to where one types, instead of nowhere.
function remove(list, message) {
  if (!message) return;
  const focused = message.contains(document.activeElement);
  message.remove();
  if (focused) document.getElementById(list.id === "thread-list" ? "thread-text" : "channel-text")?.focus({ preventScroll: true });
}

function keepOnly(list, fragments) {
  const shown = new Set(fragments.map((fragment) => fragment.ts));
  for (const message of [...(list?.children ?? [])]) if (!shown.has(message.dataset.ts)) message.remove();
}

const channelList = () => document.getElementById("list");
const threadList = () => document.getElementById("thread-list");

// Left alone where nothing is new: somebody may be pressing the button in it.
function setStatus(line, html) {
  if (line.dataset.shown === html) return;
  line.dataset.shown = html;
  holding(threadList(), () => (line.innerHTML = html));
}

function openAnswered(goTo, channel, threadTs) {
  const asked = lastAsked();
  if (!asked || asked.channel !== channel || asked.ts !== threadTs || channel !== here().channel || document.querySelector("dialog[open]")) return;
  forgetAsked();
  if (here().threadTs === threadTs) return;
  const href = find(channelList(), threadTs)?.querySelector("a[data-open-thread]")?.href;
  if (href) goTo(href, { focus: matchMedia("(hover: hover)").matches ? "#thread-text" : "#thread-title" });
}

const setLive = (name, html) => {
  const slot = document.querySelector(`[data-live="${name}"]`);
  if (slot && slot.innerHTML.trim() !== html.trim()) slot.innerHTML = html;
};

function freshRows(html) {
  const state = (slot) => new Map([...slot.querySelectorAll("[data-employee]")].map((row) => [row.dataset.employee, row.textContent]));
  const slot = document.querySelector('[data-live="employees"]');
  if (!slot || slot.innerHTML.trim() === html.trim()) return;
  const before = state(slot);
  slot.innerHTML = html;
  const fresh = [...slot.querySelectorAll("[data-employee]")].filter((row) => before.get(row.dataset.employee) !== row.textContent);
  for (const row of fresh) row.classList.add("fresh");
  if (!slot.closest("[hidden]")) fresh[0]?.scrollIntoView({ block: "nearest" });
}

const handlers = (goTo) => ({
  sync(data) {
    keepOnly(channelList(), data.list);
    for (const fragment of data.list) put(channelList(), fragment);
    keepOnly(threadList(), data.thread);
    for (const fragment of data.thread) put(threadList(), fragment);
  },
  message(data) {
    if (data.channel !== here().channel) return;
    const root = data.thread_ts ?? data.ts;
    if (!data.thread_ts) put(channelList(), data);
    if (root === here().threadTs) put(threadList(), data);
    if (data.thread_ts && !data.mine) openAnswered(goTo, data.channel, root);
  },
  gone(data) {
    if (data.channel !== here().channel) return;
    for (const list of [channelList(), threadList()]) remove(list, find(list, data.ts));
  },
  status(data) {
    if (data.channel !== here().channel) return;
    const line = document.querySelector("#thread > .scroll > [data-status]");
    if (line && data.thread_ts === here().threadTs) setStatus(line, data.html);
    else if (data.html.trim()) openAnswered(goTo, data.channel, data.thread_ts);
  },
  titled(data) {
    const title = document.querySelector("[data-thread-title]");
    if (title && data.thread_ts === here().threadTs) title.textContent = data.title;
  },
  unread(data) {
    document.querySelector(`.places a[data-channel="${CSS.escape(data.channel)}"]`)?.setAttribute("data-unread", "");
  },
  suggestions: (data) => setLive("suggestions", data.html),
  home: (data) => setLive("home", data.html),
  process: (data) => setLive("process", data.html),
  unkind: (data) => setLive("unkind", data.html),
  employees: (data) => freshRows(data.html),
  view(data) {
    const slot = document.querySelector('[data-live="view"]');
    if (slot.innerHTML.trim() || data.html.trim()) replaceView(slot, data.html);
  },
});

export function connect(goTo) {
  stream?.close();
  const source = new EventSource(`/events${location.search}`);
  stream = source;
  for (const [name, handle] of Object.entries(handlers(goTo))) {
    source.addEventListener(name, (event) => source === stream && handle(JSON.parse(event.data)));
  }
  source.addEventListener("error", () => source === stream && say(here().offline));
}

addEventListener("pagehide", () => stream?.close());
addEventListener("pageshow", (event) => event.persisted && location.reload());
