// One's own messages: changed and taken back, each in a dialog outside the message, which may be rendered anew meanwhile.
import { send } from "./send.js";

let of = null; // the message that the open dialog is about

const dialogOf = (name) => document.querySelector(`dialog[data-${name}-dialog]`);

function open(button, name) {
  const message = button.closest(".message");
  const { channel, ts } = message.dataset;
  of = { list: message.closest(".list").id, channel, ts, button: button.dataset.editMessage != null ? "edit" : "delete" };
  const dialog = dialogOf(name);
  const area = dialog.querySelector("textarea");
  if (area) area.value = button.dataset.typed;
  dialog.returnValue = "";
  dialog.showModal();
  if (area) {
    fit(area);
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  }
}

// As high as its text, within what a dialog has.
function fit(area) {
  area.rows = Math.min(12, Math.max(3, area.value.split("\n").length));
}

// Back to the button that it came from, or to what took its message's place.
function comeBack() {
  const message = document.getElementById(of.list)?.querySelector(`:scope > .message[data-ts="${CSS.escape(of.ts)}"]`);
  const thread = of.list === "thread-list" && document.getElementById("thread-text");
  (message?.querySelector(`[data-${of.button}-message]`) ?? (thread || document.getElementById("channel-text")))?.focus({ preventScroll: true });
}

async function close(dialog) {
  const { channel, ts } = of;
  const answered = dialog.returnValue;
  const area = dialog.querySelector("textarea");
  if (answered === "save") await send("/edit", { channel, ts, text: area.value });
  if (answered === "delete") await send("/delete", { channel, ts });
  comeBack();
}

export function wireMessages() {
  document.addEventListener("click", (event) => {
    const edit = event.target.closest("button[data-edit-message]");
    if (edit) open(edit, "edit");
    const remove = event.target.closest("button[data-delete-message]");
    if (remove) open(remove, "delete");
    const dismiss = event.target.closest("button[data-dismiss]")?.closest(".message").dataset;
    if (dismiss) send("/dismiss", { channel: dismiss.channel, ts: dismiss.ts });
    const cancel = event.target.closest("[data-cancel-dialog]");
    if (cancel) cancel.closest("dialog").close();
  });
  document.addEventListener("input", (event) => {
    if (event.target.closest("[data-edit-dialog]")) fit(event.target);
  });
  document.addEventListener("keydown", (event) => {
    const area = event.target.closest?.("[data-edit-dialog] textarea");
    if (!area || event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    area.form.requestSubmit(area.form.querySelector("[value=save]"));
  });
  // "close" does not bubble
  document.addEventListener("close", (event) => event.target.matches("[data-edit-dialog], [data-delete-dialog]") && close(event.target), true);
}
