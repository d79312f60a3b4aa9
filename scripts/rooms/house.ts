// The plan of the house: which rooms there are, who may enter whom, and what may be brought in from
// outside. The laws read it, the picture is drawn from it.

interface Room {
  /** One line for the picture. */
  says: string;
  /** Rooms it may import, by their doors. */
  may: readonly string[];
  /** Packages from outside that it may use. */
  packages: readonly string[];
  /** Files that may import `node:*`: all, none, or those named. */
  node: boolean | readonly string[];
}

const OTHERS = ["wire", "core", "store", "sim", "gateway", "doctor", "node", "web"];
const ground = { may: [], packages: [], node: false };

export const HOUSE: Readonly<Record<string, Room>> = {
  wire: { ...ground, says: "what crosses a socket" },
  core: { ...ground, says: "a stream's whole life", may: ["wire"] },
  store: {
    ...ground,
    says: "the stream log",
    packages: ["ioredis"],
    node: ["file", "journal", "log", "shelf", "statements", "tapes"].map(
      (part) => `sqlite-${part}.ts`,
    ),
  },
  sim: { ...ground, says: "a misbehaving Gemini", may: ["wire"] },
  gateway: {
    ...ground,
    says: "the HTTP face",
    may: ["core", "store", "wire"],
    packages: ["pino", "prom-client", "@opentelemetry/api"],
  },
  doctor: { ...ground, says: "asks, finds, advises", may: ["core", "wire"] },
  web: {
    ...ground,
    says: "chat, ops, doctor",
    // Of gateway and doctor only the shapes of what they tell.
    may: ["core", "doctor", "gateway"],
    packages: ["marked", "uplot"],
  },
  node: {
    ...ground,
    says: "sockets, files, signals",
    packages: ["undici", "google-auth-library"],
    node: true,
  },
  cli: { says: "the only wiring", may: OTHERS, packages: ["marked", "yaml"], node: true },
};

/** Names that say nothing about what is inside; whatever needs one has a better name. */
export const EMPTY_NAMES = ["utils", "util", "helpers", "helper", "common", "misc", "types"];

export const FILE_LINES_MAX = 400;
export const FILE_LINES_WARN = 300;
export const EXAMPLE_LINES_MAX = 40;
