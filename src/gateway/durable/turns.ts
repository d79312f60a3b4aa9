// One after the other, for each name.

interface Line {
  last: Promise<unknown>;
  length: number;
}

export class Turns {
  private readonly lines = new Map<string, Line>();

  /** How many have not had their turn. */
  waiting(name: string): number {
    return this.lines.get(name)?.length ?? 0;
  }

  take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const line = this.lines.get(name) ?? { last: Promise.resolve(), length: 0 };
    this.lines.set(name, line);
    line.length += 1;
    const mine = line.last.then(work).finally(() => {
      line.length -= 1;
      if (line.length === 0) this.lines.delete(name);
    });
    line.last = mine.catch(() => {});
    return mine;
  }
}
