// Every command, in the order of the help. Each is loaded only when it is called.
import type { Command } from "./command.ts";

export const COMMANDS: readonly { name: string; summary: string; load: () => Promise<Command> }[] =
  [
    {
      name: "chat",
      summary: "talk in the terminal",
      load: async () => (await import("./chat.ts")).chat,
    },
    {
      name: "ask",
      summary: "one question, one answer",
      load: async () => (await import("./ask.ts")).ask,
    },
    {
      name: "serve",
      summary: "the gateway: keys kept, streams durable",
      load: async () => (await import("./serve.ts")).serve,
    },
    {
      name: "streams",
      summary: "list, follow, stop a gateway's streams",
      load: async () => (await import("./streams.ts")).streams,
    },
    {
      name: "token",
      summary: "client tokens of a gateway",
      load: async () => (await import("./token.ts")).token,
    },
    {
      name: "doctor",
      summary: "name the broken boundary, and the fix",
      load: async () => (await import("./doctor.ts")).doctor,
    },
    {
      name: "verify",
      summary: "prove a fix, and how much traffic it bears",
      load: async () => (await import("./verify.ts")).verify,
    },
    {
      name: "repro",
      summary: "repeat a bundle's request here, and compare",
      load: async () => (await import("./repro.ts")).repro,
    },
    {
      name: "explain",
      summary: "name the cause of a pasted error and the next move",
      load: async () => (await import("./explain.ts")).explain,
    },
    {
      name: "convert",
      summary: "a generateContent request as an Interactions one, and back",
      load: async () => (await import("./convert.ts")).convert,
    },
    {
      name: "compare",
      summary: "unary and streamed, side by side",
      load: async () => (await import("./compare.ts")).compare,
    },
    {
      name: "sim",
      summary: "a Gemini that misbehaves on cue",
      load: async () => (await import("./sim.ts")).sim,
    },
  ];
