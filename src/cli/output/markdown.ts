// Markdown as it streams: blocks that can no longer change are given once, the last one again and
// again. Only the unstable tail is ever lexed.
import { marked, type Token, type Tokens } from "marked";
import type { Paint } from "./paint.ts";

export class MarkdownStream {
  private tail = "";
  private readonly paint: Paint;

  constructor(paint: Paint) {
    this.paint = paint;
  }

  /** Adds text; returns what became final, painted. */
  push(text: string): string {
    this.tail += text;
    if (!text.includes("\n")) return "";
    // Only whole lines settle what is before them: half a `**bold**` looks like a list.
    const tokens = marked.lexer(this.tail.slice(0, this.tail.lastIndexOf("\n") + 1));
    let stable = 0;
    let final = "";
    // The last block may still grow, and a blank line after it does not settle a list.
    const last = tokens.findLastIndex((token) => token.type !== "space");
    for (const [i, token] of tokens.entries()) {
      if (i >= last) break;
      final += block(token, this.paint);
      stable += token.raw.length;
    }
    this.tail = this.tail.slice(stable);
    return final;
  }

  /** The unstable rest, painted as it looks now. */
  live(): string {
    return this.tail === ""
      ? ""
      : marked
          .lexer(this.tail)
          .map((token) => block(token, this.paint))
          .join("")
          .trimEnd();
  }

  end(): string {
    const rest = this.live();
    this.tail = "";
    return rest === "" ? "" : `${rest}\n`;
  }
}

function block(token: Token, paint: Paint): string {
  switch (token.type) {
    case "space":
      return "";
    case "heading":
      return `${paint.bold(paint.cyan(`${"#".repeat((token as Tokens.Heading).depth)} ${inline(token.tokens, paint)}`))}\n\n`;
    case "code": {
      const { lang, text } = token as Tokens.Code;
      const body = text
        .split("\n")
        .map((line) => `  ${paint.yellow(line)}`)
        .join("\n");
      return `${paint.dim(`  ── ${lang || "code"}`)}\n${body}\n\n`;
    }
    case "list":
      return `${list(token as Tokens.List, paint, "  ")}\n`;
    case "blockquote": {
      const inner = ((token as Tokens.Blockquote).tokens ?? [])
        .map((one) => block(one, paint))
        .join("")
        .trimEnd();
      return `${inner
        .split("\n")
        .map((line) => `${paint.dim("│")} ${line}`)
        .join("\n")}\n\n`;
    }
    case "hr":
      return `${paint.dim("────────")}\n\n`;
    case "table":
      return `${table(token as Tokens.Table, paint)}\n`;
    case "paragraph":
    case "text":
      return `${inline((token as Tokens.Paragraph).tokens ?? [token], paint)}\n\n`;
    default:
      return `${token.raw.trimEnd()}\n\n`;
  }
}

function list(token: Tokens.List, paint: Paint, indent: string): string {
  return token.items
    .map((item, i) => {
      const mark = token.ordered ? `${Number(token.start || 1) + i}.` : "•";
      const body = item.tokens
        .map((one) =>
          one.type === "list"
            ? `\n${list(one as Tokens.List, paint, `${indent}  `).trimEnd()}`
            : one.type === "text"
              ? inline((one as Tokens.Text).tokens ?? [one], paint)
              : block(one, paint).trimEnd(),
        )
        .join("");
      return `${indent}${paint.cyan(mark)} ${body}\n`;
    })
    .join("");
}

function table(token: Tokens.Table, paint: Paint): string {
  const row = (cells: Tokens.TableCell[]) =>
    cells.map((cell) => inline(cell.tokens, paint)).join(paint.dim(" │ "));
  return `${paint.bold(row(token.header))}\n${token.rows.map((one) => `${row(one)}\n`).join("")}`;
}

function inline(tokens: Token[] | undefined, paint: Paint): string {
  return (tokens ?? [])
    .map((token) => {
      const inner = () => inline((token as Tokens.Strong).tokens, paint);
      if (token.type === "strong") return paint.bold(inner());
      if (token.type === "em") return paint.italic(inner());
      if (token.type === "codespan") return paint.yellow((token as Tokens.Codespan).text);
      if (token.type === "del") return paint.dim(inner());
      if (token.type === "br") return "\n";
      if (token.type === "link" || token.type === "image") {
        const { href, text } = token as Tokens.Link;
        return text === href
          ? paint.underline(href)
          : `${paint.underline(text)} ${paint.dim(`(${href})`)}`;
      }
      if (token.type === "text" && (token as Tokens.Text).tokens) return inner();
      return withoutEntities((token as Tokens.Text).text ?? token.raw);
    })
    .join("");
}

function withoutEntities(text: string): string {
  return text.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_, name: string) => ({ amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" })[name] as string,
  );
}
