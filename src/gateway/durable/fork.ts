// A fork begins with what its source has up to a position, and goes on by itself.
import type { Tapes } from "../../store/index.ts";
import { type Fork, isJson, type Known } from "./about.ts";
import { Declined } from "./declined.ts";
import { isSameType, type Wish } from "./headers.ts";
import { firstValues } from "./json-mode.ts";
import { nameOf } from "./name.ts";
import { piecesOf } from "./pieces.ts";
import { offsetOf, positionOf } from "./position.ts";

/** Pieces that one fork is read from. */
const SEGMENTS_MAX = 64;

interface Forked {
  source: Known;
  fork: Fork;
  /** The first part of the message after the position, where that was asked for. */
  prefix: Uint8Array | undefined;
}

interface Sources {
  readonly tapes: Tapes;
  known(name: string): Promise<Known>;
}

export async function forkOf(
  sources: Sources,
  owner: string,
  { contentType }: Wish,
  { path, offset, sub }: NonNullable<Wish["fork"]>,
): Promise<Forked> {
  const source = await sourceOf(sources, nameOf(owner, path));
  const { about, tape, tail } = source;
  if (contentType !== undefined && !isSameType(contentType, about.contentType))
    throw new Declined(409, "content_type_differs", `The source is ${about.contentType}.`);
  const at = offset === undefined ? tail : positionOf(offset);
  if (at > tail) throw new Declined(400, "offset_invalid", "The source does not reach that far.");
  const segments = piecesOf(source, 0, at);
  if (segments.length > SEGMENTS_MAX)
    throw new Declined(400, "forks_too_deep", `At most ${SEGMENTS_MAX} forks of forks.`);
  const prefix = sub > 0 ? await prefixOf(sources, source, at, sub) : undefined;
  const asked = offset ?? offsetOf(at);
  const fork: Fork = { name: tape.name, id: tape.id, at, segments, path, offset: asked, sub };
  return { source, fork, prefix };
}

/** A source that was removed is in the way of the request, not absent. */
async function sourceOf(sources: Sources, name: string): Promise<Known> {
  try {
    return await sources.known(name);
  } catch (error) {
    if (error instanceof Declined && error.status === 410)
      throw new Declined(409, "source_gone", "The source was removed; only its forks go on.");
    throw error;
  }
}

async function prefixOf(
  { tapes }: Sources,
  source: Known,
  at: number,
  sub: number,
): Promise<Uint8Array> {
  const [piece] = piecesOf(source, at, at + 1);
  const [message] = piece ? await tapes.read(piece.id, piece.from, piece.to, 1) : [];
  if (message && isJson(source.about.contentType)) {
    const values = firstValues(message, sub);
    if (values) return values;
  } else if (message && sub <= message.length) return message.slice(0, sub);
  throw new Declined(400, "offset_invalid", "The message after the offset is not that long.");
}
