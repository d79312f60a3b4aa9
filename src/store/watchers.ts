// Who wants to hear of which stream.
import type { News } from "./log.ts";

type Told = (news: News) => void;

export class Watchers {
  private readonly byKey = new Map<string, Set<Told>>();

  /** `first` and `last` are called when somebody begins to watch a key, and when nobody does any more. */
  add(key: string, told: Told, first?: () => void, last?: () => void): () => void {
    const known = this.byKey.get(key);
    const set = known ?? new Set();
    // The same function may watch twice, and leave once.
    const one: Told = (news) => told(news);
    set.add(one);
    if (!known) {
      this.byKey.set(key, set);
      first?.();
    }
    return () => {
      if (!set.delete(one) || set.size > 0 || this.byKey.get(key) !== set) return;
      this.byKey.delete(key);
      last?.();
    };
  }

  tell(key: string, news: News): void {
    for (const told of this.byKey.get(key) ?? []) told(news);
  }

  keys(): string[] {
    return [...this.byKey.keys()];
  }

  clear(): void {
    this.byKey.clear();
  }
}

/** For the owner of a stream, who made its entries. */
export function ordersOnly(told: Told, what: "all" | "orders"): Told {
  if (what === "all") return told;
  return (news) => {
    if (news !== "entries") told(news);
  };
}
