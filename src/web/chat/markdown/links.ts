// Where a link may lead, and pictures that load only when somebody wants them: a picture that loads by
// itself tells its host what was said.
import { el, icon } from "../../shared/element.ts";

const SCHEMES = ["http:", "https:", "mailto:"];

/** The address, if it is one that may be followed. */
function safeUrl(text: string): URL | undefined {
  try {
    const url = new URL(text);
    return SCHEMES.includes(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}

export function link(href: string, words: Node[]): Node {
  const url = safeUrl(href);
  if (!url) return el("span", { class: "dead-link", title: "This link is not followed" }, ...words);
  const host = url.protocol === "mailto:" ? url.pathname : url.host;
  return el(
    "a",
    { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow", title: host },
    ...words,
  );
}

export function picture(href: string, words: string): Node {
  const url = safeUrl(href);
  const name = words || "picture";
  if (!url || url.protocol === "mailto:") return el("span", { class: "dead-link" }, name);
  // Pages of this house load nothing from elsewhere; the picture opens in a tab of its own.
  return el(
    "a",
    {
      class: "chip",
      href: url.href,
      target: "_blank",
      rel: "noopener noreferrer nofollow",
      title: url.href,
    },
    icon("image"),
    `${name} from ${url.host}: open`,
  );
}
