// The keyboard. Single letters do nothing: people type.

/** When a word was finished with an input method, the Enter that did it is not meant for the page. */
let composedAt = Number.NEGATIVE_INFINITY;
const COMPOSED_MS = 30;

addEventListener("compositionend", (event) => {
  composedAt = event.timeStamp;
});

export const isTouch = () =>
  matchMedia("(pointer: coarse)").matches && !matchMedia("(hover: hover)").matches;

/** Whether this key sends what was written. */
export function confirms(event: KeyboardEvent): boolean {
  if (event.key !== "Enter") return false;
  if (event.isComposing || event.keyCode === 229) return false;
  if (event.timeStamp - composedAt < COMPOSED_MS) return false;
  if (event.ctrlKey || event.metaKey) return true;
  // On a touch keyboard Enter is the only way to a new line.
  return !event.shiftKey && !event.altKey && !isTouch();
}

interface KeyActions {
  newChat(): void;
  copyAnswer(): void;
  copyCode(): void;
  shortcuts(): void;
  toEnd(): void;
  step(by: -1 | 1): void;
  escape(): void;
}

export const SHORTCUTS: readonly (readonly [keys: string, does: string])[] = [
  ["Enter", "send"],
  ["Shift Enter", "new line"],
  ["Ctrl/⌘ Enter", "always send"],
  ["Esc", "stop the answer, or leave an editor"],
  ["↑ in an empty field", "edit the last message"],
  ["Ctrl/⌘ Shift O", "new chat"],
  ["Ctrl/⌘ Shift C", "copy the last answer"],
  ["Ctrl/⌘ Shift ;", "copy the last block of code"],
  ["Alt ↑ / Alt ↓", "message before, message after"],
  ["End", "to the newest text"],
  ["Ctrl/⌘ /", "this list"],
];

export function listenKeys(actions: KeyActions): void {
  addEventListener("keydown", (event) => {
    const mod = event.ctrlKey || event.metaKey;
    const isWriting =
      event.target instanceof HTMLElement && event.target.matches("textarea, input, select");
    const run = ((): (() => void) | undefined => {
      if (event.key === "Escape") return actions.escape;
      if (mod && event.shiftKey && event.code === "KeyO") return actions.newChat;
      if (mod && event.shiftKey && event.code === "KeyC") return actions.copyAnswer;
      if (mod && event.shiftKey && event.code === "Semicolon") return actions.copyCode;
      if (mod && event.key === "/") return actions.shortcuts;
      if (event.altKey && event.key === "ArrowUp") return () => actions.step(-1);
      if (event.altKey && event.key === "ArrowDown") return () => actions.step(1);
      return event.key === "End" && !isWriting ? actions.toEnd : undefined;
    })();
    if (!run || document.querySelector("dialog[open]")) return;
    if (event.key !== "Escape") event.preventDefault();
    run();
  });
}
