// An upstream whose every word the test says itself, on a real socket.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  /** What was asked, as JSON. */
  body: {
    contents: { role?: string; parts: { text?: string }[] }[];
    systemInstruction?: unknown;
    generationConfig?: Record<string, unknown>;
  };
  /** Resolves when the one who asked has gone. */
  gone: Promise<unknown>;
  say(text: string, part?: Record<string, unknown>): void;
  finish(reason?: string): void;
}

export class Scripted {
  url = "";
  /** Answers at once with this, where it is set. */
  always: ((asked: Asked) => void) | undefined;
  /** Refuses with this, where it is set. */
  refusal: { status: number; body: unknown } | undefined;
  private readonly waiting: Asked[] = [];
  private wake: (() => void) | undefined;
  private readonly server = createServer((request, response) => {
    void this.serve(request, response);
  });

  async open(): Promise<void> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The next question. */
  async asked(): Promise<Asked> {
    while (this.waiting.length === 0)
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    return this.waiting.shift() as Asked;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!request.url?.includes(":")) {
      const one = {
        name: "models/gemini-3.6-flash",
        supportedGenerationMethods: ["generateContent"],
      };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ models: [one] }));
      return;
    }
    let text = "";
    for await (const piece of request.setEncoding("utf8")) text += piece;
    if (this.refusal) {
      response.writeHead(this.refusal.status, { "content-type": "application/json" });
      response.end(JSON.stringify(this.refusal.body));
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    const asked = exchange(JSON.parse(text), response);
    if (this.always) return this.always(asked);
    this.waiting.push(asked);
    this.wake?.();
  }
}

function exchange(body: Asked["body"], response: ServerResponse): Asked {
  const send = (parts: unknown[], more = {}) => {
    const candidate = { content: { role: "model", parts }, index: 0, ...more };
    const chunk = { candidates: [candidate], responseId: "r1", modelVersion: "gemini-3.6-flash" };
    response.write(`data: ${JSON.stringify(chunk)}\r\n\r\n`);
  };
  return {
    body,
    gone: once(response, "close"),
    say: (text, part = {}) => send([{ text, ...part }]),
    finish: (finishReason = "STOP") => {
      send([{ text: "" }], { finishReason });
      response.end();
    },
  };
}
