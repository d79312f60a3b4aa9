// Where people write. It is never locked: while an answer comes, the same button stops it, and what is
// sent waits for its turn.
import { at, el, icon, iconButton } from "../shared/element.ts";
import type { Picture } from "./doc.ts";
import { confirms, isTouch } from "./keys.ts";

const PICTURE_BYTES_MAX = 4 * 1024 * 1024;
const PICTURES_MAX = 6;
const TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/heic", "image/heif"];

export interface Written {
  text: string;
  pictures: Picture[];
}

interface ComposerActions {
  send(written: Written): void;
  stop(): void;
  editLast(): void;
  trouble(message: string): void;
}

export class Composer {
  private readonly field = at<HTMLTextAreaElement>("prompt");
  private readonly button = at<HTMLButtonElement>("send");
  private readonly tray = at("pictures");
  private readonly waiting = at("queued");
  private readonly actions: ComposerActions;
  private pictures: Picture[] = [];
  private queue: Written | undefined;
  private isRunning = false;
  private draftKey = "";
  private readonly usual = isTouch() ? "Message…" : this.field.placeholder;

  constructor(actions: ComposerActions) {
    this.actions = actions;
    this.field.placeholder = this.usual;
    const form = at<HTMLFormElement>("composer");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.isRunning) this.actions.stop();
      else this.submit();
    });
    this.field.addEventListener("input", () => this.refresh());
    this.field.addEventListener("keydown", (event) => {
      if (confirms(event)) {
        event.preventDefault();
        this.submit();
      } else if (event.key === "ArrowUp" && !event.altKey && this.field.value === "") {
        event.preventDefault();
        this.actions.editLast();
      }
    });
    const chooser = at<HTMLInputElement>("chooser");
    at("attach").addEventListener("click", () => chooser.click());
    chooser.addEventListener("change", () => {
      void this.attach(chooser.files);
      chooser.value = "";
    });
    this.field.addEventListener("paste", (event) => void this.attach(event.clipboardData?.files));
    form.addEventListener("dragover", (event) => event.preventDefault());
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      void this.attach(event.dataTransfer?.files);
    });
  }

  /** The draft of a conversation is its own, and outlives a reload. */
  open(chatId: string): void {
    this.draftKey = `pollux.draft.${chatId}`;
    this.field.value = sessionStorage.getItem(this.draftKey) ?? "";
    this.pictures = [];
    this.drop();
    this.refresh();
  }

  running(isRunning: boolean, isElsewhere = false): void {
    this.isRunning = isRunning;
    this.field.placeholder = isElsewhere ? "Replying in another tab…" : this.usual;
    this.refresh();
    if (isRunning || !this.queue) return;
    const next = this.queue;
    this.drop();
    this.actions.send(next);
  }

  /** After a stop what waits goes back into the field. */
  giveBack(): void {
    if (!this.queue) return;
    const { text, pictures } = this.queue;
    this.drop();
    this.write([text, this.field.value].filter(Boolean).join("\n"), [
      ...pictures,
      ...this.pictures,
    ]);
  }

  write(text: string, pictures: readonly Picture[] = []): void {
    this.field.value = text;
    this.pictures = [...pictures];
    this.refresh();
    this.field.focus();
  }

  focus(): void {
    this.field.focus();
  }

  private submit(): void {
    const text = this.field.value.trim();
    if (text === "" && this.pictures.length === 0) return;
    const written = { text, pictures: this.pictures };
    this.field.value = "";
    this.pictures = [];
    if (this.isRunning) this.wait(written);
    else this.actions.send(written);
    this.refresh();
  }

  private wait(written: Written): void {
    const before = this.queue;
    this.queue = before
      ? {
          text: `${before.text}\n\n${written.text}`,
          pictures: [...before.pictures, ...written.pictures],
        }
      : written;
    this.waiting.hidden = false;
    this.waiting.replaceChildren(
      el("span", {}, `Sent when this answer is whole: ${this.queue.text}`),
      iconButton("close", "Take it back", () => this.giveBack()),
    );
  }

  private drop(): void {
    this.queue = undefined;
    this.waiting.hidden = true;
    this.waiting.replaceChildren();
  }

  private async attach(files: FileList | null | undefined): Promise<void> {
    // Copied: the field is emptied while pictures are read.
    for (const file of [...(files ?? [])]) {
      if (!TYPES.includes(file.type))
        this.actions.trouble(
          `${file.name} is no picture that Gemini reads (PNG, JPEG, WebP, GIF, HEIC).`,
        );
      else if (file.size > PICTURE_BYTES_MAX)
        this.actions.trouble(`${file.name} is larger than 4 MB; make it smaller first.`);
      else if (this.pictures.length >= PICTURES_MAX)
        this.actions.trouble(`${PICTURES_MAX} pictures at most go with one message.`);
      else this.pictures.push({ name: file.name, mimeType: file.type, data: await base64(file) });
    }
    this.refresh();
  }

  private refresh(): void {
    const { isRunning, button } = this;
    const isEmpty = this.field.value.trim() === "" && this.pictures.length === 0;
    if (button.dataset.does !== (isRunning ? "stop" : "send")) {
      button.dataset.does = isRunning ? "stop" : "send";
      button.replaceChildren(icon(isRunning ? "stop" : "send"), isRunning ? "Stop" : "Send");
    }
    button.disabled = !isRunning && isEmpty;
    if (this.field.value === "") sessionStorage.removeItem(this.draftKey);
    else sessionStorage.setItem(this.draftKey, this.field.value);
    this.tray.hidden = this.pictures.length === 0;
    this.tray.replaceChildren(
      ...this.pictures.map((picture) =>
        el(
          "span",
          { class: "thumb" },
          el("img", { src: `data:${picture.mimeType};base64,${picture.data}`, alt: picture.name }),
          iconButton("close", `Remove ${picture.name}`, () => {
            this.pictures = this.pictures.filter((one) => one !== picture);
            this.refresh();
          }),
        ),
      ),
    );
  }
}

async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000)
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}
