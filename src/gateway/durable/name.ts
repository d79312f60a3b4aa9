// What a stream is called in the store: each client has names of its own, so that nobody finds, reads or
// takes another's.
import { Declined } from "./declined.ts";

const PATH_CHARS_MAX = 1_024;

/** `path` is what follows the mount, as it came. */
export function nameOf(owner: string, path: string): string {
  const parts = path.split("/");
  const isOdd = parts.some((part) => /^(?:\.|%2e){1,2}$/i.test(part));
  if (path === "" || path.length > PATH_CHARS_MAX || isOdd || /[^\x21-\x7e]|\\|%00/.test(path))
    throw new Declined(400, "path_invalid", "This is no path of a stream.");
  return `${encodeURIComponent(owner)}/${path}`;
}
