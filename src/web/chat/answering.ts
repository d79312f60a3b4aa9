// The one answer that runs: asked for, read to its end, and kept. Each piece of an answer has a key under
// which its stream is asked for, so that a reload, or another tab, finds the same stream.
import type { Composer } from "./composer.ts";
import {
  add,
  contentsFor,
  type Doc,
  type Message,
  newId,
  type Piece,
  putPiece,
  runningIn,
} from "./doc.ts";
import type { Kept } from "./keep.ts";
import { Run } from "./run.ts";
import type { Say } from "./say.ts";
import { settingsNow } from "./settings.ts";
import type { Strip } from "./strip.ts";
import type { Transcript } from "./transcript.ts";
import type { Asked } from "./wire.ts";

/** What an answer is shown on. */
interface Stage {
  transcript: Transcript;
  composer: Composer;
  strip: Strip;
  say: Say;
  trouble(message: string): void;
  /** The conversation is kept. */
  kept(): void;
}

const THINKING = /gemini-(?:2\.5|[3-9])/;
const NEXT = "Try again, or run: pollux doctor";

export class Answering {
  private readonly stage: Stage;
  private run: Run | undefined;
  private messageId = "";
  private kept: Kept | undefined;
  /** Pieces that this page reads, or has done with. */
  private readonly own = new Set<string>();

  constructor(stage: Stage) {
    this.stage = stage;
  }

  get isRunning(): boolean {
    return this.run !== undefined;
  }

  /** Empty when nothing runs. */
  get streamId(): string {
    return this.run?.streamId ?? "";
  }

  /** A new answer to a question, or more of one that was not whole. */
  start(kept: Kept, model: string, question: Message | string, goesOn?: Message): void {
    const asked = typeof question === "string" ? question : question.id;
    const id = goesOn?.id ?? newId();
    const piece: Piece = { key: newId(), streamId: "", text: "" };
    const made: Message = { id, parent: asked, role: "model", at: Date.now(), model, pieces: [] };
    this.own.add(piece.key);
    const saved = kept.change((doc) => {
      const withQuestion = typeof question === "string" ? doc : add(doc, question);
      const withAnswer = goesOn ? withQuestion : add(withQuestion, made);
      return putPiece({ ...withAnswer, model }, id, piece);
    });
    void saved.then(this.stage.kept);
    void this.carry(kept, id, piece, false);
  }

  /** An answer that runs already: begun here before a reload, or in another tab. */
  attach(kept: Kept, isElsewhere: boolean): void {
    const found = runningIn(kept.doc);
    if (!found || this.run || this.own.has(found.piece.key)) return;
    this.own.add(found.piece.key);
    void this.carry(kept, found.message.id, found.piece, isElsewhere);
  }

  private async carry(kept: Kept, id: string, begun: Piece, isElsewhere: boolean): Promise<void> {
    const { transcript, composer, say } = this.stage;
    const mine = new Run(begun.key);
    this.run = mine;
    this.messageId = id;
    this.kept = kept;
    const view = transcript.answerOf(id);
    view?.begin(mine.telling, settingsNow().delivery);
    composer.running(true, isElsewhere);
    say.begin();
    this.listen(mine, id);
    let piece: Piece;
    try {
      const streamId = begun.streamId || (await mine.begin(askedFor(kept.doc, id)));
      if (streamId !== begun.streamId && !mine.isLeft)
        void kept.change((doc) => putPiece(doc, id, { ...begun, streamId }));
      if (streamId !== "") await mine.read(streamId);
      piece = mine.telling.asPiece(mine.key, streamId, mine.stoppedText);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const failure = { code: "", message, next: NEXT };
      const soFar = mine.telling.asPiece(mine.key, mine.streamId);
      piece = { ...soFar, outcome: "failed", failure };
    }
    if (mine.isLeft) {
      this.own.delete(mine.key);
      return;
    }
    // Kept first: what waits in the composer is sent when the page settles, and builds on it.
    const saved = mine.isStopped ? undefined : kept.change((doc) => putPiece(doc, id, piece));
    this.settle(mine, id, piece);
    this.stage.strip.hide();
    await saved;
    this.stage.kept();
  }

  private listen(mine: Run, id: string): void {
    const { transcript, say, strip } = this.stage;
    const { telling } = mine;
    const { announce } = settingsNow();
    let hasBegun = false;
    mine.onEvent = () => {
      if (mine.isStopped) return;
      transcript.answerOf(id)?.grew();
      if (!hasBegun && telling.text !== "") {
        hasBegun = true;
        say.said("Reply started");
      }
      if (announce) say.sentences(telling.text);
    };
    mine.onLink = (link) => strip.link(link, telling.text.length);
    strip.charsNow = () => telling.text.length;
  }

  /** At once; what the gateway says to it is waited for behind the page. */
  stop(): void {
    const mine = this.run;
    if (!mine) return;
    mine.stop();
    const known = mine.telling.asPiece(mine.key, mine.streamId, mine.stoppedText);
    const piece: Piece = { ...known, outcome: "stopped" };
    void this.kept?.change((doc) => putPiece(doc, this.messageId, piece));
    this.settle(mine, this.messageId, piece);
  }

  /** The page goes on to something else; the stream does not need it. */
  leave(): void {
    this.run?.leave();
    if (this.run) this.own.delete(this.run.key);
    this.run = undefined;
    this.stage.strip.hide();
    this.stage.composer.running(false);
  }

  private settle(mine: Run, id: string, piece: Piece): void {
    const { transcript, say, composer } = this.stage;
    if (this.run !== mine) return;
    this.run = undefined;
    transcript.answerOf(id)?.ended(piece);
    if (piece.failure) say.wrong(piece.failure.message);
    say.said(toldOf(piece));
    if (piece.outcome === "stopped") composer.giveBack();
    composer.running(false);
  }
}

function toldOf({ outcome = "failed", text }: Piece): string {
  if (outcome === "done")
    return `Reply complete, ${text.split(/\s+/).filter(Boolean).length} words`;
  const told = { stopped: "Stopped", incomplete: "Reply incomplete", blocked: "Reply blocked" };
  return outcome === "failed" ? "Reply failed" : told[outcome];
}

/** The request for an answer, from the conversation alone: another tab would ask the same. */
function askedFor(doc: Doc, id: string): Asked {
  const model = doc.messages.find((one) => one.id === id)?.model ?? doc.model;
  return asking(doc, model, contentsFor(doc, id));
}

export function asking({ system, temperature }: Doc, model: string, contents: unknown): Asked {
  const config = {
    ...(temperature !== undefined && { temperature }),
    ...(settingsNow().thoughts &&
      THINKING.test(model) && { thinkingConfig: { includeThoughts: true } }),
  };
  return {
    model,
    contents,
    ...(system && { systemInstruction: { parts: [{ text: system }] } }),
    ...(Object.keys(config).length > 0 && { generationConfig: config }),
  };
}
