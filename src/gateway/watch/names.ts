// Names that others choose, as labels: the first ones are kept apart, the rest is one.

const OTHER = "other";

export class Names {
  private readonly known = new Set<string>();
  private readonly max: number;

  constructor(max: number) {
    this.max = max;
  }

  of(name: string): string {
    if (this.known.has(name)) return name;
    if (this.known.size >= this.max) return OTHER;
    this.known.add(name);
    return name;
  }
}
