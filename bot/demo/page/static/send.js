// Tells the server what the person does, and says so when it refuses.
let hiding;

export const here = () => document.body.dataset;

export function say(text) {
  const toast = document.querySelector("[data-toast]");
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => (toast.hidden = true), 6000);
}

function withPerson(path) {
  return `${path.split("?")[0]}?as=${encodeURIComponent(here().person)}`;
}

// Returns the answer, or null when it was refused and the person has been told, by a toast or as `tell` does it.
export async function send(path, fields, tell = say) {
  const body = fields instanceof FormData ? fields : new URLSearchParams(Object.entries(fields).filter(([, value]) => value != null));
  try {
    const response = await fetch(withPerson(path), { method: "POST", body });
    const answer = await response.json();
    if (response.ok && !answer.error) return answer;
    tell(answer.error);
  } catch {
    tell(here().offline);
  }
  return null;
}
