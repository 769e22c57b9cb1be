/** Positions of points in the plane. */
export interface Layout {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Sweeps over all pairs; large graphs, whose sweeps are long, settle in fewer. */
const sweepsOf = (nodes: number): number => (nodes <= 500 ? 60 : 15);

/**
 * Places the nodes of a connected graph so that distances in the plane are like those along edges: springs between all
 * pairs, relaxed one after another with falling steps (Zheng, Pawar & Goodman, Graph Drawing by Stochastic Gradient
 * Descent, 2018). Deterministic.
 */
export function springLayout(nodes: number, edges: readonly (readonly [number, number])[]): Layout {
  const random = generator(20260922);
  const x = Float64Array.from({ length: nodes }, random);
  const y = Float64Array.from({ length: nodes }, random);
  const { first, second, distance } = allPairs(nodes, edges);
  const order = Uint32Array.from(distance, (_, k) => k);
  const longest = distance.reduce((most, d) => Math.max(most, d), 1);
  const sweeps = sweepsOf(nodes);
  // Steps fall from longest² to 0.1, so that the first sweeps move and the last ones settle.
  const decay = Math.log(longest ** 2 / 0.1) / (sweeps - 1);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const step = longest ** 2 * Math.exp(-decay * sweep);
    shuffle(order, random);
    for (let n = 0; n < order.length; n++) {
      const k = order[n]!;
      const a = first[k]!;
      const b = second[k]!;
      const wanted = distance[k]!;
      const dx = x[a]! - x[b]!;
      const dy = y[a]! - y[b]!;
      const length = Math.max(1e-9, Math.sqrt(dx * dx + dy * dy));
      const move = (Math.min(1, step / (wanted * wanted)) * (length - wanted)) / (2 * length);
      x[a]! -= move * dx;
      y[a]! -= move * dy;
      x[b]! += move * dx;
      y[b]! += move * dy;
    }
  }
  return { x, y };
}

/** All pairs of nodes with the number of edges between them; where no path leads, as far as the graph is wide. */
function allPairs(nodes: number, edges: readonly (readonly [number, number])[]) {
  const neighbours = Array.from({ length: nodes }, (): number[] => []);
  for (const [a, b] of edges) {
    neighbours[a]!.push(b);
    neighbours[b]!.push(a);
  }
  const count = (nodes * (nodes - 1)) / 2;
  const [first, second, distance] = [new Uint32Array(count), new Uint32Array(count), new Float32Array(count)];
  const away = new Int32Array(nodes);
  let k = 0;
  for (let a = 0; a < nodes; a++) {
    away.fill(-1);
    away[a] = 0;
    const queue = [a];
    for (let head = 0; head < queue.length; head++)
      for (const other of neighbours[queue[head]!]!)
        if (away[other]! < 0) {
          away[other] = away[queue[head]!]! + 1;
          queue.push(other);
        }
    for (let b = 0; b < a; b++, k++) {
      first[k] = a;
      second[k] = b;
      distance[k] = away[b]! > 0 ? away[b]! : Math.sqrt(nodes);
    }
  }
  return { first, second, distance };
}

/** Fisher–Yates. */
function shuffle(list: Uint32Array, random: () => number): void {
  for (let k = list.length - 1; k > 0; k--) {
    const other = Math.floor(random() * (k + 1));
    const held = list[k]!;
    list[k] = list[other]!;
    list[other] = held;
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
