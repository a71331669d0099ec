// Asks for a fault: each button carries what it asks for, as JSON.
import { here, say } from "./send.js";

async function ask(button) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    const headers = { "Content-Type": "application/json" };
    const response = await fetch("/unkind", { method: "POST", headers, body: button.dataset.ask });
    const answer = await response.json();
    if (answer.error) say(answer.error);
  } catch {
    say(here().offline);
  }
  button.removeAttribute("aria-busy");
}

export function wireUnkind() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-ask]");
    if (button) ask(button);
  });
}
