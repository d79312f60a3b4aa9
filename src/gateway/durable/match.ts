// What is wished, against what is: a stream as it is to be made, and whether one that exists is the same.
import type { About, Fork, Known } from "./about.ts";
import { isSameType, type Wish } from "./headers.ts";

/** A fork takes over what its wish does not say. */
export function aboutOf(wish: Wish, source: About | undefined, fork: Fork | undefined): About {
  const { ttlSeconds, expiresAt } = saysWhen(wish) ? wish : (source ?? wish);
  return {
    contentType: wish.contentType ?? source?.contentType ?? "",
    ttlSeconds,
    expiresAt,
    closed: wish.closed,
    producers: {},
    fork,
    forks: 0,
    gone: false,
  };
}

/** Asked for again, a fork need not say what it took over. */
export function fits({ about }: Known, wish: Wish): boolean {
  const { contentType, ttlSeconds, expiresAt, closed, fork } = wish;
  const says = saysWhen(wish) || !fork;
  return (
    (contentType === undefined || isSameType(contentType, about.contentType)) &&
    (!says || ttlSeconds === about.ttlSeconds) &&
    (!says || timeOf(expiresAt) === timeOf(about.expiresAt)) &&
    closed === about.closed &&
    fork?.path === about.fork?.path &&
    (fork?.offset === undefined || fork.offset === about.fork?.offset) &&
    (fork?.sub ?? 0) === (about.fork?.sub ?? 0)
  );
}

function timeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

function saysWhen({ ttlSeconds, expiresAt }: Wish): boolean {
  return ttlSeconds !== undefined || expiresAt !== undefined;
}
