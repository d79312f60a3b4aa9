// One conversation, kept on the gateway while it changes. Another tab may change it too: what cannot be
// put because it is older is read again and changed again.
import type { Doc } from "./doc.ts";
import { newDoc } from "./doc.ts";
import { getChat, putChat } from "./wire.ts";

const TRIES_MAX = 8;
const AGAIN_MS = 3_000;

export class Kept {
  readonly id: string;
  doc: Doc;
  /** Told when the conversation changed, here or in another tab. */
  onChange: (isElsewhere: boolean) => void = () => {};
  onTrouble: (message: string) => void = () => {};
  private version = 0;
  private readonly news: BroadcastChannel;
  private readonly undone: ((doc: Doc) => Doc)[] = [];
  private saving: Promise<void> | undefined;
  private isDropped = false;
  private isClosed = false;

  constructor(id: string, model: string) {
    this.id = id;
    this.doc = newDoc(model);
    this.news = new BroadcastChannel(`pollux.chat.${id}`);
    this.news.onmessage = () => void this.read(true).catch(() => {});
  }

  /** What the gateway has; false if it has none. */
  async read(isElsewhere = false): Promise<boolean> {
    const found = await getChat(this.id);
    if (!found) return false;
    const { version, ...doc } = found;
    if (version > this.version) {
      this.version = version;
      // What is not saved yet is said again on top of it.
      this.doc = this.undone.reduce((now, again) => again(now), doc as Doc);
      this.onChange(isElsewhere);
    }
    return true;
  }

  /** At once on the page, soon on the gateway. Resolves when it is kept, or said why not. */
  change(how: (doc: Doc) => Doc): Promise<void> {
    this.doc = how(this.doc);
    this.undone.push(how);
    this.onChange(false);
    this.saving ??= this.save()
      .catch((error) =>
        this.onTrouble(`Not saved: ${error instanceof Error ? error.message : error}`),
      )
      .finally(() => {
        this.saving = undefined;
      });
    return this.saving;
  }

  private async save(): Promise<void> {
    for (let tries = 0; this.undone.length > 0 && !this.isDropped; tries += 1) {
      const said = this.undone.length;
      try {
        const version = await putChat(this.id, this.doc, this.version);
        if (version !== undefined) {
          this.version = version;
          this.undone.splice(0, said);
          if (!this.isClosed) this.news.postMessage("changed");
          tries = -1;
          continue;
        }
        if (tries >= TRIES_MAX) throw new Error("another tab keeps changing this conversation");
        await this.read();
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        // Offline: it stays on the page and is saved when the gateway is back.
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  close(isDropped = false): void {
    this.isDropped = isDropped;
    this.isClosed = true;
    this.news.close();
  }
}
