// Elements without markup: everything a page shows is built here, and text is only ever text.

type Child = Node | string | false | null | undefined;
type Value = string | boolean | undefined | ((event: never) => void);

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Readonly<Record<string, Value>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function")
      made.addEventListener(name.slice(2), value as unknown as EventListener);
    else if (value === true) made.setAttribute(name, "");
    else if (typeof value === "string") made.setAttribute(name, value);
  }
  made.append(
    ...children.filter((child) => child !== false && child !== null && child !== undefined),
  );
  return made;
}

export function at<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
}

const SVG = "http://www.w3.org/2000/svg";

export function drawn<K extends keyof SVGElementTagNameMap>(
  tag: K,
  props: Readonly<Record<string, string | number>> = {},
  ...children: Node[]
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** Strokes on a 24 × 24 field. */
const PATHS = {
  menu: "M4 7h16M4 12h16M4 17h16",
  plus: "M12 5v14M5 12h14",
  send: "M12 19V5M6 11l6-6 6 6",
  stop: "M7 7h10v10H7z",
  copy: "M9 9h10v11H9zM5 15V4h10",
  retry: "M20 11a8 8 0 1 0-2.3 6.2M20 5v6h-6",
  edit: "M5 19h3L19 8l-3-3L5 16z",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  gear: "M4 7h10M18 7h2M4 17h2M10 17h10M14 4v6M6 14v6",
  theme: "M20 14.5A8 8 0 1 1 9.5 4a6.5 6.5 0 0 0 10.5 10.5z",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4",
  left: "M14 6l-6 6 6 6",
  right: "M10 6l6 6-6 6",
  close: "M6 6l12 12M18 6L6 18",
  down: "M12 5v14M6 13l6 6 6-6",
  plug: "M9 3v5M15 3v5M7 8h10v3a5 5 0 0 1-10 0zM12 16v5",
  split: "M4 5h7v14H4zM13 5h7v14h-7z",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14",
  pause: "M9 5v14M15 5v14",
  play: "M8 5l11 7-11 7z",
} as const;

type IconName = keyof typeof PATHS;

export function icon(name: IconName): SVGSVGElement {
  const path = drawn("path", { d: PATHS[name] });
  return drawn("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, path);
}

/** A button with a sign, and its words for those who do not see it. */
export function iconButton(
  name: IconName,
  label: string,
  onclick: (event: MouseEvent) => void,
  more: Readonly<Record<string, Value>> = {},
): HTMLButtonElement {
  return el(
    "button",
    { type: "button", class: "quiet", "aria-label": label, title: label, onclick, ...more },
    icon(name),
  );
}
