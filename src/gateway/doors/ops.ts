// For those who run the gateway: is it alive, may it get traffic, and the numbers.
import { type Store, StoreError } from "../../store/index.ts";
import type { ExtraRoute, Gateway } from "../gateway.ts";
import { Refusal } from "../refusal.ts";
import type { Metrics } from "../watch/metrics.ts";
import { answerHeaders, type Guest } from "./door.ts";

/** What the routes for operators need. */
export interface OpsParts {
  store: Store;
  gateway: () => Gateway;
  metrics: Metrics;
  /** True once a shutdown has begun. */
  isDraining(): boolean;
  version: string;
}

/** The routes `/healthz`, `/readyz` and `/metrics`. */
export function opsRoutes(parts: OpsParts): ExtraRoute[] {
  const { metrics, isDraining, version } = parts;
  return [
    {
      method: "GET",
      pattern: "/healthz",
      open: true,
      run: (guest) => json(guest, 200, { status: "ok", version }),
    },
    {
      method: "GET",
      pattern: "/readyz",
      open: true,
      run: async (guest) => {
        const store = await storeState(parts.store);
        const status = isDraining() ? "draining" : store.ok ? "ready" : "not_ready";
        json(guest, status === "ready" ? 200 : 503, { status, store });
      },
    },
    {
      method: "GET",
      pattern: "/metrics",
      run: async (guest) => {
        if (!guest.client.operator)
          throw new Refusal(
            "permission_denied",
            "The metrics are for operators; use an operator's token.",
          );
        const headers = { ...answerHeaders(guest.requestId), "content-type": metrics.contentType };
        guest.onAnswered(200);
        guest.exchange.reply(200, headers, await metrics.text());
      },
    },
  ];
}

async function storeState(store: Store): Promise<{ kind: string; ok: boolean; message?: string }> {
  try {
    await store.check();
    return { kind: store.kind, ok: true };
  } catch (error) {
    const message =
      error instanceof StoreError ? `${error.message} ${error.next}` : "The log failed.";
    return { kind: store.kind, ok: false, message };
  }
}

/** Answers with JSON that is never cached. */
export function json(guest: Guest, status: number, body: unknown): void {
  const headers = {
    ...answerHeaders(guest.requestId),
    "content-type": "application/json; charset=UTF-8",
  };
  guest.onAnswered(status);
  guest.exchange.reply(status, headers, `${JSON.stringify(body)}\n`);
}
