// Typing: Enter sends (not while an input method composes), Shift+Enter breaks, "@" completes a mention.
import { clearFiles, filesOf, putBack } from "./files.js";
import { send } from "./send.js";

let asked = null;

// The message that the person sent last and that has no answer yet: its thread opens when one begins.
export const lastAsked = () => asked;
export const forgetAsked = () => (asked = null);

async function say(form, text, files = []) {
  const fields = { channel: form.dataset.channel, thread_ts: form.dataset.threadTs, text };
  const body = files.length ? withFiles(fields, files) : fields;
  const answer = await send("/say", body);
  if (answer?.ts && !fields.thread_ts) asked = { channel: fields.channel, ts: answer.ts };
  return answer !== null;
}

function withFiles(fields, files) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value != null) body.append(name, value);
  for (const file of files) body.append("files", file, file.name);
  return body;
}

async function submit(form) {
  const area = form.elements.text;
  const text = area.value;
  if (!text.trim() && !filesOf(form).length) return;
  area.value = "";
  const files = clearFiles(form);
  closeMentions(form);
  if (await say(form, text, files)) return;
  if (!area.value) area.value = text;
  putBack(form, files);
}

// The "@word" before the caret, and where it starts.
function mentionAt(area) {
  const before = area.value.slice(0, area.selectionStart);
  const match = /(?:^|[\s(])@([\p{L}\p{N}]*)$/u.exec(before);
  return match && { start: before.length - match[1].length - 1, word: match[1].toLowerCase() };
}

const listOf = (form) => form.querySelector(".mentions");
const optionsOf = (form) => [...listOf(form).querySelectorAll("[role=option]:not([hidden])")];

function showMentions(form) {
  const area = form.elements.text;
  const found = mentionAt(area);
  if (!found) return closeMentions(form);
  for (const option of listOf(form).children) {
    const names = [option.dataset.mention, option.dataset.mentionName].map((name) => name.toLowerCase());
    option.hidden = !names.some((name) => name.startsWith(found.word));
  }
  const options = optionsOf(form);
  listOf(form).hidden = options.length === 0;
  if (options.length) select(form, options[0]);
  else area.removeAttribute("aria-activedescendant");
}

function closeMentions(form) {
  listOf(form).hidden = true;
  form.elements.text.removeAttribute("aria-activedescendant");
}

function select(form, chosen) {
  for (const option of listOf(form).children) option.setAttribute("aria-selected", String(option === chosen));
  form.elements.text.setAttribute("aria-activedescendant", chosen.id);
}

function complete(form, option) {
  const area = form.elements.text;
  const found = mentionAt(area);
  if (found) area.setRangeText(`@${option.dataset.mention} `, found.start, area.selectionStart, "end");
  closeMentions(form);
  area.focus();
}

function keyInMentions(form, event) {
  const options = optionsOf(form);
  const index = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) select(form, options[(index + step + options.length) % options.length]);
  else if (event.key === "Escape") closeMentions(form);
  else if (event.key === "Tab" || event.key === "Enter") {
    // A name that is typed in full is sent as it is; a half one is completed first.
    const full = mentionAt(form.elements.text)?.word === options[index].dataset.mention.toLowerCase();
    if (event.key === "Enter" && full) return false;
    complete(form, options[index]);
  } else return false;
  event.preventDefault();
  return true;
}

export function wireComposer() {
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("[data-composer]");
    // keyCode 229: Safari ends a composition before the Enter that ended it arrives.
    if (!form || event.target.name !== "text" || event.isComposing || event.keyCode === 229) return;
    if (!listOf(form).hidden && keyInMentions(form, event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit(form);
    }
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("[data-composer]");
    if (form) showMentions(form);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-composer]");
    if (!form) return;
    event.preventDefault();
    submit(form);
  });
  document.addEventListener("focusout", (event) => {
    const form = event.target.closest?.("[data-composer]");
    if (form) closeMentions(form);
  });
  // Before the click, which would take the focus away from the text.
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest(".mentions [role=option]");
    if (!option) return;
    event.preventDefault();
    complete(option.closest("[data-composer]"), option);
  });
  document.addEventListener("click", (event) => {
    const prompt = event.target.closest("[data-prompt]");
    const form = document.querySelector(`[data-composer="${prompt?.closest("#thread") ? "thread" : "channel"}"]`);
    if (prompt && form) say(form, prompt.dataset.prompt);
  });
}
