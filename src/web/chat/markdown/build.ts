// Tokens → elements, by a list of what may be built. What is not on it is shown as the text it is.
import type { Token, Tokens } from "marked";
import { el } from "../../shared/element.ts";
import { atSeams, type Seam, seamMark, withoutMarks } from "../seam.ts";
import { CodeBlock } from "./code.ts";
import { link, picture } from "./links.ts";

const DEPTH_MAX = 24;

export class Build {
  private readonly seams: readonly Seam[];

  constructor(seams: readonly Seam[]) {
    this.seams = seams;
  }

  blocks(tokens: readonly Token[], depth = 0): Node[] {
    return tokens.flatMap((token) => this.block(token, depth));
  }

  block(token: Token, depth = 0): Node[] {
    if (depth > DEPTH_MAX) return this.text(token.raw);
    switch (token.type) {
      case "space":
      case "def":
        return [];
      case "heading": {
        // The page's own headings stand above those of an answer.
        const level = Math.min(6, (token as Tokens.Heading).depth + 2) as 3 | 4 | 5 | 6;
        return [el(`h${level}`, {}, ...this.inlines(token.tokens, depth))];
      }
      case "paragraph":
        return [el("p", {}, ...this.inlines(token.tokens, depth))];
      case "text": {
        const { tokens, text } = token as Tokens.Text;
        return tokens ? this.inlines(tokens, depth) : this.text(text);
      }
      case "code": {
        const { lang = "", text } = token as Tokens.Code;
        const block = new CodeBlock(withoutMarks(lang, ""), this.seams);
        block.set(text);
        return [block.element];
      }
      case "blockquote":
        return [el("blockquote", {}, ...this.blocks(token.tokens ?? [], depth + 1))];
      case "list":
        return [this.list(token as Tokens.List, depth)];
      case "table":
        return [this.table(token as Tokens.Table, depth)];
      case "hr":
        return [el("hr")];
      default:
        return [el("p", {}, ...this.text(token.raw.trim()))];
    }
  }

  private list({ ordered, start, items }: Tokens.List, depth: number): Node {
    const made = ordered
      ? el("ol", { start: typeof start === "number" && start !== 1 ? String(start) : undefined })
      : el("ul");
    for (const item of items) {
      const box =
        item.task &&
        el("input", {
          type: "checkbox",
          disabled: true,
          checked: item.checked === true,
          "aria-label": item.checked ? "done" : "to do",
        });
      const content = item.tokens.filter(({ type }) => type !== "checkbox");
      made.append(
        el(
          "li",
          { class: item.task ? "task" : undefined },
          box,
          ...this.blocks(content, depth + 1),
        ),
      );
    }
    return made;
  }

  private table({ header, rows, align }: Tokens.Table, depth: number): Node {
    const cell = (tag: "th" | "td", one: Tokens.TableCell, column: number) =>
      el(
        tag,
        { class: align[column] ? `to-${align[column]}` : undefined },
        ...this.inlines(one.tokens, depth),
      );
    const head = el("tr", {}, ...header.map((one, column) => cell("th", one, column)));
    const body = rows.map((row) => el("tr", {}, ...row.map((one, i) => cell("td", one, i))));
    const table = el("table", {}, el("thead", {}, head), el("tbody", {}, ...body));
    return el(
      "div",
      { class: "wide", tabindex: "0", role: "region", "aria-label": "Table" },
      table,
    );
  }

  private inlines(tokens: readonly Token[] | undefined, depth: number): Node[] {
    return (tokens ?? []).flatMap((token) => this.inline(token, depth + 1));
  }

  private inline(token: Token, depth: number): Node[] {
    if (depth > DEPTH_MAX) return this.text(token.raw);
    const inner = () => this.inlines((token as Tokens.Strong).tokens, depth);
    switch (token.type) {
      case "text":
        return (token as Tokens.Text).tokens
          ? inner()
          : this.text(unescaped((token as Tokens.Text).text));
      case "escape":
        return this.text((token as Tokens.Escape).text);
      case "strong":
        return [el("strong", {}, ...inner())];
      case "em":
        return [el("em", {}, ...inner())];
      case "del":
        return [el("del", {}, ...inner())];
      case "codespan":
        return [el("code", {}, ...this.text((token as Tokens.Codespan).text))];
      case "br":
        return [el("br")];
      case "checkbox":
        return [];
      case "link":
        return this.beyond((token as Tokens.Link).href, (href) => link(href, inner()));
      case "image":
        return this.beyond((token as Tokens.Image).href, (href) =>
          picture(href, withoutMarks((token as Tokens.Image).text, "")),
        );
      default:
        return this.text(token.raw);
    }
  }

  /** A seam in an address stands behind it. */
  private beyond(address: string, made: (address: string) => Node): Node[] {
    const seams = atSeams(address).filter((piece) => typeof piece === "number");
    const marks = seams.map((seam) => seamMark(this.seams[seam]));
    return [made(withoutMarks(address, "")), ...marks];
  }

  text(text: string): Node[] {
    return atSeams(text).map((piece) =>
      typeof piece === "string" ? document.createTextNode(piece) : seamMark(this.seams[piece]),
    );
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  nbsp: "\u00a0",
};

/** The few entities that models write; others stay as they are. */
function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|nbsp|#\d{1,7});/g, (whole, name: string) => {
    if (!name.startsWith("#")) return ENTITIES[name] ?? whole;
    const point = Number(name.slice(1));
    return point > 31 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
