// What Redis or the way to it says when something fails, in words an operator can act on. The client's
// errors carry the commands they belong to, passwords and people's texts among them: none of that goes on.
import { StoreError } from "./log.ts";

const CHARS_MAX = 160;

const KNOWN: readonly [sign: RegExp, what: string, next: string][] = [
  [
    /^WRONGPASS|^NOAUTH|^ERR (?:invalid password|AUTH )/,
    "wants other credentials",
    "Check the user and password in the store's URL.",
  ],
  [
    /^NOPERM/,
    "does not allow this user what the gateway needs",
    "Give the user all commands on keys and channels with the gateway's prefix, and scripts.",
  ],
  [
    /^OOM/,
    "is out of memory",
    "Raise its maxmemory, or lower the gateway's retention; do not let it evict.",
  ],
  [/^READONLY/, "is a replica and takes no writes", "Point the gateway at the primary."],
  [
    /^MISCONF/,
    "takes no writes because it cannot save to its disk",
    "Look at Redis' log and at its disk.",
  ],
  [/^LOADING/, "is still loading its data", "Wait; the gateway goes on when it is done."],
  [
    /CROSSSLOT|^MOVED|^CLUSTERDOWN/,
    "is a cluster",
    "Use a single primary, with or without replicas.",
  ],
  [
    /certificate|self.signed|ERR_TLS|ERR_SSL|wrong version number/i,
    "cannot be reached over TLS",
    "Check the certificate, and whether the address should begin with redis:// or rediss://.",
  ],
];

export function redisProblem(place: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { name = "Error", message = "" } = error as Error;
  const short = message.replace(/,? with args.*/s, "").slice(0, CHARS_MAX);
  const cause = new Error(short);
  cause.name = name;
  const at = `Redis at ${place}`;
  for (const [sign, what, next] of KNOWN)
    if (sign.test(message)) return new StoreError(`${at} ${what}.`, next, { cause });
  if (name === "ReplyError")
    return new StoreError(`${at} refused a command: ${short}`, "Look at Redis' log and version.", {
      cause,
    });
  return new StoreError(
    `${at} cannot be reached.`,
    "Check that it runs and that the address is right; the gateway goes on when it is back.",
    { cause },
  );
}
