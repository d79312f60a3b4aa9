// Copying, with a word that it is done.

const SAID_MS = 1_500;

export async function copyText(text: string, button?: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyBySelection(text);
  }
  if (!button || button.dataset.said) return;
  const before = [...button.childNodes];
  button.dataset.said = "yes";
  button.replaceChildren("Copied");
  setTimeout(() => {
    delete button.dataset.said;
    button.replaceChildren(...before);
  }, SAID_MS);
}

/** Pages that came over plain HTTP have no clipboard of their own. */
function copyBySelection(text: string): void {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  document.body.append(field);
  const focused = document.activeElement;
  field.select();
  document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
}
