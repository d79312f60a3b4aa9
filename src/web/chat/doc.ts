// A conversation as it is kept: a tree of messages, so that an edited question or a second answer stands
// beside the first one, and the way through it that is shown.
import type { Usage } from "../../core/index.ts";
import type { Seam } from "./seam.ts";

export interface Picture {
  name: string;
  mimeType: string;
  /** base64 */
  data: string;
}

/** One stream of an answer; an answer that was gone on with has several. */
export interface Piece {
  /** Under which its stream was asked for: asking again with it asks for the same one. */
  key: string;
  /** Empty until the gateway has told it. */
  streamId: string;
  text: string;
  thoughts?: string;
  seams?: Seam[];
  outcome?: "done" | "incomplete" | "blocked" | "stopped" | "failed";
  failure?: { code: string; message: string; next?: string };
  ttftMs?: number;
  totalMs?: number;
  attempts?: number;
  usage?: Usage;
  finishReason?: string;
}

export interface Message {
  id: string;
  /** The message before it; the first has none. */
  parent: string;
  role: "user" | "model";
  at: number;
  /** Of a question. */
  text?: string;
  pictures?: Picture[];
  /** Of an answer. */
  model?: string;
  pieces?: Piece[];
}

export interface Doc {
  title: string;
  model: string;
  system: string;
  temperature?: number;
  messages: Message[];
  /** Which child is shown, where there are several. */
  chosen: Record<string, string>;
}

const TITLE_CHARS = 60;

export function newDoc(model: string): Doc {
  return { title: "", model, system: "", messages: [], chosen: {} };
}

/** Pages that came over plain HTTP have no `randomUUID`. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function childrenOf({ messages }: Doc, parent: string): Message[] {
  return messages.filter((one) => one.parent === parent);
}

/** The messages that are shown, from the first on. */
export function wayOf(doc: Doc): Message[] {
  const way: Message[] = [];
  let at = "";
  for (let left = doc.messages.length; left > 0; left -= 1) {
    const children = childrenOf(doc, at);
    const next = children.find(({ id }) => id === doc.chosen[at]) ?? children.at(-1);
    if (!next) break;
    way.push(next);
    at = next.id;
  }
  return way;
}

export function add(doc: Doc, message: Message): Doc {
  const title = doc.title || titleOf(message.text ?? "");
  return {
    ...doc,
    title,
    messages: [...doc.messages.filter(({ id }) => id !== message.id), message],
    chosen: { ...doc.chosen, [message.parent]: message.id },
  };
}

function change(doc: Doc, id: string, changed: (message: Message) => Message): Doc {
  return { ...doc, messages: doc.messages.map((one) => (one.id === id ? changed(one) : one)) };
}

/** Puts a piece of an answer in the place of the one with its key, or behind the others. One that has
 * ended stays as it is: two tabs may tell of its end. */
export function putPiece(doc: Doc, id: string, piece: Piece): Doc {
  return change(doc, id, (message) => {
    const pieces = message.pieces ?? [];
    const isKnown = pieces.some(({ key }) => key === piece.key);
    return {
      ...message,
      pieces: isKnown
        ? pieces.map((one) => (one.key === piece.key && !one.outcome ? piece : one))
        : [...pieces, piece],
    };
  });
}

/** The version beside this one. */
export function beside(doc: Doc, { id, parent }: Message, step: -1 | 1): Doc {
  const all = childrenOf(doc, parent);
  const next = all[all.findIndex((one) => one.id === id) + step];
  return next ? { ...doc, chosen: { ...doc.chosen, [parent]: next.id } } : doc;
}

export function textOf({ text, pieces = [] }: Message): string {
  return text ?? pieces.map((piece) => piece.text).join("");
}

/** From the first message to this one. */
function wayTo({ messages }: Doc, id: string): Message[] {
  const byId = new Map(messages.map((one) => [one.id, one]));
  const way: Message[] = [];
  for (let one = byId.get(id); one && way.length < messages.length; one = byId.get(one.parent))
    way.unshift(one);
  return way;
}

/** An answer whose stream may still run. */
export function runningIn(doc: Doc): { message: Message; piece: Piece } | undefined {
  const message = wayOf(doc).at(-1);
  const piece = message?.pieces?.at(-1);
  return message && piece && piece.outcome === undefined ? { message, piece } : undefined;
}

const GO_ON = "Go on exactly where your last message ended, without repeating anything.";

/** What is asked for an answer: the way up to it, and where it is gone on with, the wish to. */
export function contentsFor(doc: Doc, answerId: string) {
  const way = wayTo(doc, answerId);
  const goesOn = (way.at(-1)?.pieces?.length ?? 0) > 1;
  const turns = way
    .filter((message) => message.role === "user" || textOf(message) !== "")
    .map((message) => ({
      role: message.role,
      parts: [
        ...(message.pictures ?? []).map(({ mimeType, data }) => ({
          inlineData: { mimeType, data },
        })),
        { text: textOf(message) },
      ],
    }));
  return goesOn ? [...turns, { role: "user" as const, parts: [{ text: GO_ON }] }] : turns;
}

function titleOf(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > TITLE_CHARS ? `${line.slice(0, TITLE_CHARS - 1)}…` : line;
}

export function asMarkdown(doc: Doc): string {
  const turns = wayOf(doc).map((message) =>
    message.role === "user"
      ? `## You\n\n${textOf(message)}`
      : `## ${message.model ?? "Model"}\n\n${textOf(message)}${endNote(message)}`,
  );
  return `# ${doc.title || "Conversation"}\n\n${turns.join("\n\n")}\n`;
}

function endNote({ pieces = [] }: Message): string {
  const { outcome, failure } = pieces.at(-1) ?? {};
  if (outcome === undefined || outcome === "done") return "";
  return `\n\n*(${outcome}${failure ? `: ${failure.message}` : ""})*`;
}
