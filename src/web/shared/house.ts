// The gateway as its pages see it: who is looking, and requests that carry the proof that they come
// from one of its own pages.
import { el } from "./element.ts";

interface Me {
  client: string | null;
  operator: boolean;
  signIn: boolean;
  csrf: string;
  upstream: string;
  version: string;
  sim: boolean;
  faults: boolean;
}

/** What the gateway refused, in its words. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

let csrf = "";

export async function ask<T = Record<string, unknown>>(
  method: string,
  path: string,
  body?: unknown,
  more: Record<string, string> = {},
): Promise<T> {
  const response = await fetch(path, {
    method,
    headers: {
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(csrf && { "x-pollux-csrf": csrf }),
      ...more,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  let value: { error?: { message?: string; code?: unknown; status?: string } } = {};
  try {
    value = text === "" ? {} : JSON.parse(text);
  } catch {
    // Somebody's page instead of an answer: the status says enough.
  }
  if (response.ok) return value as T;
  const { message = `The gateway answered ${response.status}.`, code, status } = value.error ?? {};
  const name = response.headers.get("x-pollux-failure") ?? status ?? code ?? "";
  throw new Refused(response.status, String(name), message);
}

export async function whoAmI(): Promise<Me> {
  const me = await ask<Me>("GET", "/me");
  csrf = me.csrf;
  return me;
}

/** Resolves when somebody is signed in whom this page is for. */
export async function signedIn(mustOperate: boolean): Promise<Me> {
  let me = await whoAmI();
  while (me.client === null || (mustOperate && !me.operator))
    me = await askForToken(mustOperate, me);
  return me;
}

function askForToken(mustOperate: boolean, me: Me): Promise<Me> {
  const field = el("input", {
    type: "password",
    name: "token",
    autocomplete: "current-password",
    placeholder: "plx_…",
    required: true,
    "aria-label": "Client token",
  });
  const told = el("p", { class: "told", role: "alert" });
  const who = mustOperate ? "an operator's token" : "a client token";
  if (me.client !== null) told.textContent = `${me.client} is no operator.`;
  const form = el(
    "form",
    { class: "sign-in" },
    el("h1", {}, "Pollux"),
    el("p", {}, `This gateway wants ${who}. Make one with: pollux token new`),
    field,
    el("button", { class: "primary", type: "submit" }, "Sign in"),
    told,
  );
  const dialog = el("dialog", { class: "sheet" }, form);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await ask("POST", "/sign-in", { token: field.value });
        dialog.close();
        dialog.remove();
        resolve(await whoAmI());
      } catch (error) {
        told.textContent = error instanceof Error ? error.message : String(error);
        field.select();
      }
    });
  });
}
