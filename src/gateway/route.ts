// Paths → operations. A pattern is a path with `:name` for one segment and `*` for the rest; the first
// one that fits is taken.
import type { Exchange } from "./exchange.ts";

export interface Visit {
  exchange: Exchange;
  /** Of the pattern, decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  requestId: string;
}

export interface Route {
  method: "GET" | "POST" | "PUT" | "DELETE" | "ANY";
  pattern: string;
  run(visit: Visit): void | Promise<void>;
}

interface Match {
  route: Route;
  params: Record<string, string>;
}

/** `wrong-method` says that the path is known. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): Match | "wrong-method" | undefined {
  const asked = method === "HEAD" ? "GET" : method;
  let known = false;
  for (const route of routes) {
    const params = matchPath(route.pattern, path);
    if (!params) continue;
    if (route.method === asked || route.method === "ANY") return { route, params };
    known = true;
  }
  return known ? "wrong-method" : undefined;
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (given.length < wanted.length && wanted.at(-1) !== "*") return undefined;
  const params: Record<string, string> = Object.create(null);
  for (const [i, part] of wanted.entries()) {
    if (part === "*") {
      params["*"] = given.slice(i).join("/");
      return params;
    }
    const value = given[i];
    if (value === undefined) return undefined;
    if (!part.startsWith(":")) {
      if (part !== value) return undefined;
      continue;
    }
    const text = decode(value);
    if (text === undefined || text === "") return undefined;
    params[part.slice(1)] = text;
  }
  return given.length === wanted.length ? params : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
