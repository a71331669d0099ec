// Files that wait in a composer to be sent: chosen, dropped on its part of the page, or pasted.
import { here, say } from "./send.js";

const waiting = new WeakMap();

const listOf = (form) => form.querySelector("[data-chosen]");
const limit = () => Number(here().fileBytes);

export const filesOf = (form) => waiting.get(form) ?? [];

export function clearFiles(form) {
  const taken = filesOf(form);
  put(form, []);
  return taken;
}

export const putBack = (form, files) => put(form, [...files, ...filesOf(form)]);

function put(form, files) {
  waiting.set(form, files);
  const list = listOf(form);
  list.replaceChildren(...files.map((file, index) => row(form, file, index)));
  list.hidden = files.length === 0;
}

function row(form, file, index) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = file.name;
  const remove = document.createElement("button");
  remove.type = "button";
  remove.dataset.removeFile = index;
  remove.textContent = "×";
  remove.setAttribute("aria-label", `${listOf(form).dataset.remove} ${file.name}`);
  item.append(name, remove);
  return item;
}

function add(form, files) {
  const fitting = files.filter((file) => file.size <= limit());
  const all = [...filesOf(form), ...fitting];
  if (fitting.length < files.length || all.length > Number(here().mostFiles)) say(here().fileLimit);
  put(form, all.slice(0, Number(here().mostFiles)));
  form.elements.text.focus();
}

// The composer that a place of the page belongs to: the thread's inside the thread, else the channel's.
const formAt = (target) => target.closest?.("main.channel, #thread")?.querySelector("[data-composer]");
const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

function mark(form) {
  for (const each of document.querySelectorAll("[data-composer]")) {
    each.classList.toggle("dropping", each === form);
    each.closest("[data-drop]").classList.toggle("dropping", each === form);
  }
}

// A picture that is none shows its name alone, as any other file does.
export function hideBroken(picture) {
  if (picture.complete && !picture.naturalWidth) picture.hidden = true;
}

export function wireFiles() {
  // "error" does not bubble
  document.addEventListener("error", (event) => event.target.matches?.(".file img") && hideBroken(event.target), true);
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault(); // also where nobody takes it: the browser would leave the page for the file
    const form = formAt(event.target);
    event.dataTransfer.dropEffect = form ? "copy" : "none";
    mark(form);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) mark(null);
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    mark(null);
    const form = formAt(event.target);
    if (form) add(form, [...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    const form = event.target.closest?.("[data-composer]");
    const files = [...(event.clipboardData?.files ?? [])];
    if (!form || !files.length) return;
    event.preventDefault();
    add(form, files);
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches?.("[data-choose-files]")) return;
    add(event.target.closest("[data-composer]"), [...event.target.files]);
    event.target.value = "";
  });
  document.addEventListener("click", (event) => {
    const attach = event.target.closest("[data-attach]");
    if (attach) attach.closest("[data-composer]").querySelector("[data-choose-files]").click();
    const remove = event.target.closest("[data-remove-file]");
    if (!remove) return;
    const form = remove.closest("[data-composer]");
    put(form, filesOf(form).filter((_, index) => index !== Number(remove.dataset.removeFile)));
    form.elements.text.focus();
  });
}
