// The known word that a mistyped one most resembles.

const DISTANCE_MAX = 3;

function nearest(word: string, known: readonly string[]): string | undefined {
  // A word is not near to one that is so much shorter.
  const [best] = known
    .filter((name) => word.length <= name.length + DISTANCE_MAX)
    .map((name) => ({ name, far: distance(word.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  const near = best && best.far <= DISTANCE_MAX && best.far < Math.max(2, word.length);
  return near ? best.name : undefined;
}

export function didYouMean(word: string, known: readonly string[]): string {
  const best = nearest(word, known);
  return best === undefined ? "" : `; did you mean "${best}"?`;
}

/** Levenshtein's: letters put in, left out or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min((next[j - 1] as number) + 1, (row[j] as number) + 1, change);
    }
    row = next;
  }
  return row[b.length] as number;
}
