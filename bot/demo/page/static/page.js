// Wires the page: moving between places, the panels and the theme. What arrives is in live.js,
// what is typed in composer.js, what is pressed in controls.js.
import { connect } from "./live.js";
import { wireComposer } from "./composer.js";
import { openView, wireControls } from "./controls.js";
import { filesOf, hideBroken, putBack, wireFiles } from "./files.js";
import { wireMessages } from "./messages.js";
import { here, say, send } from "./send.js";
import { isAtEnd, scrollToEnd } from "./scroll.js";
import { wireUnkind } from "./unkind.js";

const panels = { behind: false, contract: false, steering: false, unkind: false };
let latest; // the trip that counts when one overtakes another

function arrive() {
  for (const scroll of document.querySelectorAll("[data-scroll]")) scrollToEnd(scroll);
  document.querySelectorAll(".file img").forEach(hideBroken);
  showBehind(panels.behind);
  openView();
  connect(goTo);
  if (here().channelKind === "im") send("/open", { tab: here().tab });
}

// What was typed or chosen and not sent, by person and place.
const drafts = new Map();
const composers = () => [...document.querySelectorAll("[data-composer]")];
const placeOf = (form) => [here().person, form.dataset.channel, form.dataset.threadTs ?? ""].join();

function keepDrafts() {
  for (const form of composers()) drafts.set(placeOf(form), { text: form.elements.text.value, files: filesOf(form) });
}

function putDraftsBack() {
  for (const form of composers()) {
    const draft = drafts.get(placeOf(form)) ?? { text: "", files: [] };
    form.elements.text.value = draft.text;
    putBack(form, draft.files);
  }
}

const channelScroll = () => document.querySelector(".channel > .scroll");

// Fetches a place's page and puts it in the place of this one, so that the address, the history and a reload all agree.
export async function goTo(href, { history: how = "push", focus } = {}) {
  const before = { ...here() };
  const trip = (latest = Symbol(href));
  const html = await fetch(href, { headers: { Accept: "text/html" } }).then((response) => response.text(), () => null);
  if (html === null) say(here().offline);
  if (html === null || trip !== latest) return;
  const next = new DOMParser().parseFromString(html, "text/html");
  if (how === "push") history.pushState(null, "", href);
  // What is there now, after the wait: the person may have typed and scrolled on.
  const kept = { top: channelScroll()?.scrollTop, atEnd: isAtEnd(channelScroll()) };
  keepDrafts();
  document.title = next.title;
  document.documentElement.lang = next.documentElement.lang;
  for (const name of Object.keys(document.body.dataset)) delete document.body.dataset[name];
  Object.assign(document.body.dataset, next.body.dataset);
  document.body.replaceChildren(...document.adoptNode(next.body).childNodes);
  putDraftsBack();
  arrive();
  if (before.channel === here().channel && before.person === here().person && before.tab === here().tab) {
    if (!kept.atEnd) channelScroll().scrollTop = kept.top;
  }
  const target = focus && document.querySelector(focus);
  if (target) target.focus({ preventScroll: true });
}

function showBehind(open) {
  panels.behind = open;
  const panel = document.getElementById("behind");
  const button = document.querySelector("[data-behind]");
  if (!panel || !button) return;
  panel.hidden = !open;
  button.setAttribute("aria-expanded", String(open));
  for (const name of ["contract", "steering", "unkind"]) {
    const section = panel.querySelector(`[data-${name}]`);
    if (section) section.open = panels[name];
  }
}

// Beside the channel there is room for the panel only on a wide screen.
const behindCovers = () => matchMedia("(max-width: 1279px)").matches;

async function restart(button) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  await send("/restart", {});
  button.removeAttribute("aria-busy");
}

function toggleTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme ?? (dark ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  localStorage.setItem("theme", next);
}

function isPlainClick(event) {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

function focusAfter(link) {
  if (link.hasAttribute("data-open-thread")) return "#thread-text";
  if (link.dataset.person) return `a[data-person="${link.dataset.person}"]`;
  if (link.hasAttribute("data-close-thread")) return `.message[data-ts="${here().threadTs}"] a[data-open-thread]`;
  return matchMedia("(hover: hover)").matches ? "#channel-text" : undefined;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-nav]");
  if (link && isPlainClick(event)) {
    event.preventDefault();
    goTo(link.href, { focus: focusAfter(link) });
    return;
  }
  if (event.target.closest("[data-behind]")) {
    showBehind(!panels.behind);
    if (panels.behind) document.getElementById("behind-title").focus();
  }
  if (event.target.closest("[data-behind-close]")) {
    showBehind(false);
    document.querySelector("[data-behind]").focus();
  }
  const again = event.target.closest("[data-restart]");
  if (again) restart(again);
  if (event.target.closest("[data-stop]")) send("/stop", { channel: here().channel, thread_ts: here().threadTs });
  if (event.target.closest("#behind [data-prompt]") && behindCovers()) showBehind(false);
  if (event.target.closest("[data-theme-toggle]")) toggleTheme();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (panels.behind && document.getElementById("behind").contains(document.activeElement)) {
    showBehind(false);
    document.querySelector("[data-behind]").focus();
  } else {
    document.querySelector("#thread:not([hidden]) a[data-close-thread]")?.click();
  }
});

document.addEventListener(
  "toggle",
  (event) => {
    for (const name of ["contract", "steering", "unkind"]) {
      if (event.target.matches?.(`[data-${name}]`)) panels[name] = event.target.open;
    }
  },
  true,
);

addEventListener("popstate", () => goTo(location.href, { history: "stay" }));

wireComposer();
wireFiles();
wireControls();
wireMessages();
wireUnkind();
arrive();
