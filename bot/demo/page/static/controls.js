// Block Kit's controls: buttons with their confirm dialogs, selects, pickers, menus, and modals.
import { say, send } from "./send.js";

async function act(control, value) {
  const message = control.closest(".message");
  const view = control.closest("[data-view-id]");
  const form = view?.querySelector("form");
  // What stands in a modal's inputs goes with a click in it, as in Slack.
  const fields = form ? new FormData(form) : new FormData();
  const click = {
    channel: message?.dataset.channel,
    ts: message?.dataset.ts,
    view_id: view?.dataset.viewId,
    block_id: control.dataset.blockId,
    type: control.dataset.type,
    action_id: control.dataset.actionId,
    value,
  };
  for (const [name, each] of Object.entries(click)) if (each != null) fields.set(name, each);
  warn(control, "");
  control.setAttribute("aria-busy", "true");
  const answer = await send("/click", fields, (text) => warn(control, text));
  control.removeAttribute("aria-busy");
  return answer !== null;
}

// Says beside a control that its click did not work; the next try takes the words away.
function warn(control, text) {
  const block = control.closest(".block");
  block?.querySelector(":scope > [data-click-warning]")?.remove();
  if (!text) return;
  if (!block?.isConnected) return say(text);
  const warning = document.createElement("p");
  warning.className = "click-warning";
  warning.dataset.clickWarning = "";
  warning.setAttribute("role", "alert");
  warning.textContent = text;
  block.append(warning);
}

// Resolves to whether the person agrees; a control without a confirm dialog needs no answer.
function agreed(control) {
  const template = control.closest("[data-confirmed]")?.querySelector("[data-confirm-dialog]");
  if (!template) return Promise.resolve(true);
  // A copy outside the message, because the message may be rendered anew while the dialog is open.
  const dialog = template.cloneNode(true);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      control.focus();
      resolve(dialog.returnValue === "yes");
    });
  });
}

async function press(control, value) {
  if (control.getAttribute("aria-busy") === "true" || !(await agreed(control))) return false;
  if (control.dataset.url) window.open(control.dataset.url, "_blank", "noopener");
  if (control.classList.contains("feedback")) {
    for (const each of control.parentElement.querySelectorAll(".feedback")) each.setAttribute("aria-pressed", String(each === control));
  }
  return act(control, value);
}

const ticksOf = (control) => [...(control.closest(".ticks")?.querySelectorAll("input") ?? [])];
const ticked = (control) => ticksOf(control).filter((each) => each.checked).map((each) => each.value);
const valueOf = (control) => (control.type === "checkbox" ? JSON.stringify(ticked(control)) : control.value);

// What the app was told last, which a choice that it did not take goes back to.
function remember(control) {
  for (const each of ticksOf(control)) each.defaultChecked = each.checked;
  control.dataset.before = control.value;
}

function putBack(control) {
  const ticks = ticksOf(control);
  for (const each of ticks) each.checked = each.defaultChecked;
  if (!ticks.length) control.value = control.dataset.before ?? startOf(control);
}

const startOf = (control) =>
  control.tagName === "SELECT" ? ([...control.options].find((each) => each.defaultSelected)?.value ?? "") : control.defaultValue;

export function openView() {
  const dialog = document.getElementById("view");
  if (dialog && !dialog.open) dialog.showModal();
}

let opener = null;

// Where the focus is, in words that outlive a new rendering: its message, and which control of it.
function place(element) {
  const { actionId, blockId } = element.dataset;
  return { list: element.closest(".list")?.id, ts: element.closest(".message")?.dataset.ts, name: element.name, actionId, blockId, value: element.value };
}

function findControl(root, { name, actionId, blockId, value }) {
  const controls = [...root.querySelectorAll("[data-action-id]")].filter((each) => each.dataset.actionId === actionId && each.dataset.blockId === blockId);
  return controls.find((each) => each.value === value) ?? controls.find((each) => each.name === name);
}

function focusOpener() {
  const message = opener?.ts && document.getElementById(opener.list)?.querySelector(`:scope > .message[data-ts="${CSS.escape(opener.ts)}"]`);
  if (message) findControl(message, opener)?.focus();
  opener = null;
}

// Shows a modal's new state and keeps what the person has typed, as Slack does for inputs of the same name.
export function replaceView(slot, html) {
  const before = document.getElementById("view");
  const hash = /data-view-hash="([^"]*)"/.exec(html)?.[1];
  if (before && before.dataset.viewHash === hash) return;
  const typed = before ? new FormData(before.querySelector("form")) : null;
  const focused = before?.contains(document.activeElement) ? place(document.activeElement) : null;
  if (!before) opener = place(document.activeElement);
  slot.innerHTML = html;
  const dialog = document.getElementById("view");
  if (!dialog) return focusOpener();
  if (before?.dataset.viewId === dialog.dataset.viewId) {
    dialog.classList.add("again");
    keepTyped(dialog.querySelector("form"), typed);
  }
  openView();
  const refused = dialog.querySelector('[aria-invalid="true"]') ?? dialog.querySelector(".input:has(.error) input");
  const first = dialog.querySelector(".input input, .input select, .input textarea");
  const again = focused && findControl(dialog, focused);
  (refused ?? again ?? first)?.focus();
}

function keepTyped(form, typed) {
  for (const control of form.elements) {
    if (!control.name || !typed.has(control.name)) continue;
    if (control.type === "checkbox" || control.type === "radio") control.checked = typed.getAll(control.name).includes(control.value);
    else control.value = typed.get(control.name);
  }
}

async function closeView(dialog) {
  await send(`/views/${dialog.dataset.viewId}/close`, {});
}

export function wireControls() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-action-id]");
    if (button) {
      button.closest("details.overflow")?.removeAttribute("open");
      await press(button, button.value);
    }
    if (event.target.closest("[data-close-view]")) closeView(event.target.closest("dialog"));
    for (const menu of document.querySelectorAll("details.overflow[open]")) {
      if (!menu.contains(event.target)) menu.removeAttribute("open");
    }
  });
  document.addEventListener("change", async (event) => {
    const control = event.target.closest("select[data-action-id], input[data-action-id], textarea[data-action-id]");
    // An input block tells nobody until its form is submitted, unless it says so.
    if (!control || (control.closest(".block.input") && !("dispatch" in control.dataset))) return;
    if (await press(control, valueOf(control))) remember(control);
    else putBack(control);
  });
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-view-form]");
    if (!form) return;
    event.preventDefault();
    const submit = form.querySelector("[data-submit]");
    if (!submit || submit.getAttribute("aria-busy") === "true") return;
    submit.setAttribute("aria-busy", "true");
    await send(form.getAttribute("action"), new FormData(form));
    submit.removeAttribute("aria-busy");
  });
  document.addEventListener(
    "cancel",
    (event) => {
      if (event.target.id !== "view") return;
      event.preventDefault();
      closeView(event.target);
    },
    true,
  );
}
