/** Positions of points in the plane. */
export interface Layout {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * Places the nodes of a connected graph so that distances in the plane are like those along edges: springs between all
 * pairs, relaxed one after another with falling steps (Zheng, Pawar & Goodman, Graph Drawing by Stochastic Gradient
 * Descent, 2018). Deterministic.
 */
export function springLayout(nodes: number, edges: readonly (readonly [number, number])[]): Layout {
  const random = generator(20260922);
  const x = Float64Array.from({ length: nodes }, random);
  const y = Float64Array.from({ length: nodes }, random);
  const pairs = allDistances(nodes, edges);
  const longest = pairs.reduce((most, [, , d]) => Math.max(most, d), 1);
  const sweeps = 40;
  // Steps fall from longest² to 0.1, so that the first sweeps move and the last ones settle.
  const decay = Math.log(longest ** 2 / 0.1) / (sweeps - 1);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const step = longest ** 2 * Math.exp(-decay * sweep);
    shuffle(pairs, random);
    for (const [a, b, distance] of pairs) {
      const [dx, dy] = [x[a]! - x[b]!, y[a]! - y[b]!];
      const length = Math.max(1e-9, Math.hypot(dx, dy));
      const move = (Math.min(1, step / distance ** 2) * (length - distance)) / (2 * length);
      x[a]! -= move * dx;
      y[a]! -= move * dy;
      x[b]! += move * dx;
      y[b]! += move * dy;
    }
  }
  return { x, y };
}

type Pair = readonly [a: number, b: number, distance: number];

/** Number of edges between all pairs; where no path leads, as far as the graph is wide. */
function allDistances(nodes: number, edges: readonly (readonly [number, number])[]): Pair[] {
  const neighbours = Array.from({ length: nodes }, (): number[] => []);
  for (const [a, b] of edges) {
    neighbours[a]!.push(b);
    neighbours[b]!.push(a);
  }
  const pairs: Pair[] = [];
  for (let a = 0; a < nodes; a++) {
    const distance = new Int32Array(nodes).fill(-1);
    distance[a] = 0;
    const queue = [a];
    for (let k = 0; k < queue.length; k++)
      for (const other of neighbours[queue[k]!]!)
        if (distance[other]! < 0) {
          distance[other] = distance[queue[k]!]! + 1;
          queue.push(other);
        }
    for (let b = 0; b < a; b++) pairs.push([a, b, distance[b]! > 0 ? distance[b]! : Math.sqrt(nodes)]);
  }
  return pairs;
}

function shuffle<T>(list: T[], random: () => number): void {
  for (let k = list.length - 1; k > 0; k--) {
    const other = Math.floor(random() * (k + 1));
    [list[k], list[other]] = [list[other]!, list[k]!];
  }
}

/** Numbers in [0, 1) of a linear congruence (Numerical Recipes, §7.1). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
