// How wide text is on a terminal, and where it wraps: by grapheme, with wide scripts and emoji as two
// cells, and colour sequences as none.

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const ANSI = /\x1b\[[0-9;]*m/y;
const WIDE =
  /[\u1100-\u115f\u2e80-\u3029\u3030-\u303e\u3041-\u3096\u309b-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6b\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
const EMOJI = /\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|[\u{1f1e6}-\u{1f1ff}]{2}/u;
const ZERO = /^(?:\p{Mn}|\p{Me}|\p{Cf})+$/u;

export function cells(grapheme: string): number {
  const code = grapheme.codePointAt(0) ?? 0;
  if (code < 0x300) return code < 0x20 ? 0 : 1;
  if (ZERO.test(grapheme)) return 0;
  return WIDE.test(grapheme) || EMOJI.test(grapheme) ? 2 : 1;
}

export function widthOf(text: string): number {
  let width = 0;
  const plain = text.replace(/\x1b\[[0-9;]*m/g, "");
  if (/^[\x20-\x7e]*$/.test(plain)) return plain.length;
  for (const { segment } of graphemes.segment(plain)) width += cells(segment);
  return width;
}

/** One line → the rows it takes, broken at spaces where there are any. Colours go on in the next row. */
export function wrap(line: string, columns: number): string[] {
  const rows: string[] = [];
  let row = new Row("");
  let colours = "";
  let at = 0;
  while (at < line.length) {
    ANSI.lastIndex = at;
    const sequence = ANSI.exec(line)?.[0];
    if (sequence) {
      row.text += sequence;
      colours += sequence;
      at += sequence.length;
      continue;
    }
    const next = line.indexOf("\x1b", at + 1);
    const run = line.slice(at, next === -1 ? undefined : next);
    for (const { segment } of graphemes.segment(run)) {
      const size = segment === "\t" ? 2 : cells(segment);
      if (row.width + size > columns) {
        const carried = row.breakAt(segment);
        rows.push(colours ? `${row.text}\x1b[0m` : row.text);
        row = new Row(colours);
        row.add(carried, widthOf(carried));
        if (segment === " " && carried === "") continue;
      }
      row.add(segment === "\t" ? "  " : segment, size);
    }
    at += run.length;
  }
  rows.push(colours ? `${row.text}\x1b[0m` : row.text);
  return rows;
}

/** A row being filled, and where it could be broken. */
class Row {
  text: string;
  width = 0;
  private space = -1;
  private inked = false;

  constructor(colours: string) {
    this.text = colours;
  }

  add(segment: string, size: number): void {
    if (segment === " " && this.inked) this.space = this.text.length;
    if (segment.trim() !== "") this.inked = true;
    this.text += segment;
    this.width += size;
  }

  /** Cuts the row at its last space; returns the word that goes to the next row. */
  breakAt(next: string): string {
    const word = this.space === -1 ? "" : this.text.slice(this.space + 1);
    if (next === " " || word.includes("\x1b") || word === "") return "";
    this.text = this.text.slice(0, this.space);
    return word;
  }
}
