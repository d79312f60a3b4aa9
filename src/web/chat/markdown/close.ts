// Text that still grows, as if it had ended properly: half-open emphasis is closed, half a link shows
// only its words. For the last block on the screen, never for what is kept.

const HALF_LINK = /(!?)\[([^[\]\n]*)\]\([^)\s]{0,2000}$/;

export function closed(text: string): string {
  const line = text.lastIndexOf("\n\n") + 1;
  let tail = text.slice(line);
  // An odd backtick opens code, in which nothing else means anything.
  if (count(tail, "`") % 2 === 1) return /`$/.test(tail) ? text.slice(0, -1) : `${text}\``;
  tail = tail.replace(/`[^`]*`/g, "");
  let out = text;
  const link = HALF_LINK.exec(tail);
  if (link) {
    const [whole, bang, words = ""] = link;
    out = out.slice(0, out.length - whole.length) + (bang ? "" : words);
    tail = tail.slice(0, -whole.length);
  }
  out = out.replace(/(?:\*{1,3}|_{1,3}|~{1,2})$/, (marks) => {
    tail = tail.slice(0, -marks.length);
    return "";
  });
  for (const mark of ["**", "~~"]) if (count(tail, mark) % 2 === 1) out = `${out.trimEnd()}${mark}`;
  return out;
}

function count(text: string, mark: string): number {
  let times = 0;
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) times += 1;
  return times;
}
