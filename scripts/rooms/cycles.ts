// Cycles in a graph: every set of nodes that can all reach one another is told once, as the shortest
// way round from its first node.

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

export function findCycles(graph: Graph): string[][] {
  const cycles: string[][] = [];
  const told = new Set<string>();
  for (const node of [...graph.keys()].sort()) {
    if (told.has(node)) continue;
    const way = wayRound(graph, node);
    if (!way) continue;
    cycles.push(way);
    for (const other of graph.keys()) {
      if (reaches(graph, node, other) && reaches(graph, other, node)) told.add(other);
    }
  }
  return cycles;
}

function wayRound(graph: Graph, start: string): string[] | undefined {
  const came = search(graph, start);
  const last = [...came.keys()].find((node) => graph.get(node)?.has(start));
  if (last === undefined) return undefined;
  const way: string[] = [];
  for (let at: string | undefined = last; at !== undefined; at = came.get(at)) way.unshift(at);
  return [...way, start];
}

const reaches = (graph: Graph, from: string, to: string) => search(graph, from).has(to);

/** Breadth first: every node that can be reached, with the one it was reached from. */
function search(graph: Graph, start: string): Map<string, string | undefined> {
  const came = new Map<string, string | undefined>([[start, undefined]]);
  for (const node of came.keys()) {
    for (const next of graph.get(node) ?? []) if (!came.has(next)) came.set(next, node);
  }
  return came;
}
