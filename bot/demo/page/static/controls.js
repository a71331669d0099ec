// Block Kit's controls: buttons with their confirm dialogs, selects, pickers, menus, and modals.
import { send } from "./send.js";

async function act(control, value) {
  const message = control.closest(".message");
  const view = control.closest("[data-view-id]");
  control.setAttribute("aria-busy", "true");
  await send("/click", {
    channel: message?.dataset.channel,
    ts: message?.dataset.ts,
    view_id: view?.dataset.viewId,
    block_id: control.dataset.blockId,
    type: control.dataset.type,
    action_id: control.dataset.actionId,
    value,
  });
  control.removeAttribute("aria-busy");
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
  await act(control, value);
  return true;
}

export function openView() {
  const dialog = document.getElementById("view");
  if (dialog && !dialog.open) dialog.showModal();
}

// Shows a modal's new state and keeps what the person has typed, as Slack does for inputs of the same name.
export function replaceView(slot, html) {
  const before = document.getElementById("view");
  const hash = /data-view-hash="([^"]*)"/.exec(html)?.[1];
  if (before && before.dataset.viewHash === hash) return;
  const typed = before ? new FormData(before.querySelector("form")) : null;
  const focused = before?.contains(document.activeElement) ? document.activeElement.name : null;
  slot.innerHTML = html;
  const dialog = document.getElementById("view");
  if (!dialog) return;
  if (typed && before.dataset.viewId === dialog.dataset.viewId) keepTyped(dialog.querySelector("form"), typed);
  openView();
  const refused = dialog.querySelector('[aria-invalid="true"]') ?? dialog.querySelector(".input:has(.error) input");
  const first = dialog.querySelector(".input input, .input select, .input textarea");
  (refused ?? (focused && dialog.querySelector("form").elements.namedItem(focused)) ?? first)?.focus?.();
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
    const stop = event.target.closest("[data-stop]");
    if (stop) send("/stop", { channel: stop.closest(".message").dataset.channel, thread_ts: stop.dataset.stop });
    if (event.target.closest("[data-close-view]")) closeView(event.target.closest("dialog"));
    for (const menu of document.querySelectorAll("details.overflow[open]")) {
      if (!menu.contains(event.target)) menu.removeAttribute("open");
    }
  });
  document.addEventListener("change", async (event) => {
    const control = event.target.closest("select[data-action-id], input[data-action-id]");
    if (!control || (control.closest("[data-view-form]") && !("dispatch" in control.dataset))) return;
    const before = control.dataset.before ?? "";
    const ticked = [...(control.closest(".ticks")?.querySelectorAll("input:checked") ?? [])].map((each) => each.value);
    const value = control.type === "checkbox" ? JSON.stringify(ticked) : control.value;
    if (await press(control, value)) control.dataset.before = control.value;
    else control.value = before;
  });
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-view-form]");
    if (!form) return;
    event.preventDefault();
    const submit = form.querySelector("[data-submit]");
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
