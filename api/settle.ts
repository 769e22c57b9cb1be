import { forward, type NetworkUse } from '../src/formulate/index.js';
import { otherStatement, type Statement } from '../src/model/statement.js';
import type { Network } from '../src/network/graph.js';
import {
  type Border,
  borders,
  heldNetwork,
  heldValues,
  inOrder,
  type Pieces,
  piecesAt,
} from '../src/network/pieces.js';
import { smoothed } from '../src/network/smooth.js';
import { isSolved, type Result } from '../src/nlp/result.js';
import type { WarmStart } from '../src/nlp/solver.js';
import type { Staged, Stages } from './stages.js';

export interface Settlement<T extends Staged> {
  readonly statement: Statement;
  /** The model's gray boxes. */
  readonly boxes: readonly unknown[];
  /** Uses of networks whose kinks are settled; their boxes are among those. */
  readonly uses: readonly NetworkUse[];
  readonly tol: number;
  readonly warmStart: WarmStart | undefined;
  readonly stages: Stages<T>;
  /** Told how it ended. */
  readonly tell: (line: string) => void;
}

/** Sharpness of smoothed kinks, one after the other, relative to the size of their arguments. */
const sharpness = [10, 60, 400];
/** Iterations of a solve that only sharpens: where bends are as sharp as kinks, steps may go back and forth over them. */
const mostIterations = 100;
/** Solves with pieces held, whether to keep to more borders or to cross some. */
const mostRounds = 24;
/** Borders of each use that the first of them keeps to. */
const firstBorders = 32;

/** Borders are kept to this, so that what is off the network is rounding. */
const exact = { bound_relax_factor: 1e-11 };

/**
 * Solves a model whose networks have kinks, in reduced space: with softplus in their place, sharper and sharper, then with the
 * pieces held that were found. Held, a network is smooth, and rows keep it on its pieces: those of the nearest borders, and of
 * every border that a solve went past. Where borders push back, the pieces beyond are tried.
 */
export async function settled<T extends Staged>(given: Settlement<T>): Promise<T> {
  const { statement, uses, boxes, tol, stages, tell } = given;
  const size = typicalArgument(given);
  let { warmStart } = given;
  let last: T | undefined;
  for (const [k, β] of sharpness.entries()) {
    const before = last;
    const smooth = new Map(uses.map(({ box }) => [box, smoothed(box as Network, β / size)]));
    last = await stages.solve({
      statement,
      boxes: boxes.map((box) => smooth.get(box as Network) ?? box),
      warmStart,
      options: {
        tol: Math.max(tol, k + 1 < sharpness.length ? 1e-4 : 1e-6),
      },
      ...(k > 0 && { iterations: mostIterations }),
    });
    if (stages.over(last)) return stages.cut(last);
    if (before && !isSolved(last.solved.result.status) && !(isInfeasible(before) && isInfeasible(last))) {
      last = before;
      break;
    }
    const { x, multipliers } = last.solved.result;
    warmStart = { x, multipliers, barrier: 1e-3 };
  }
  const found = await heldOn(given, last!.solved.result);
  if (found) return found;
  if (isInfeasible(last!)) return stages.counted(last!); // with kinks nearly as sharp as they are
  tell('no solve with pieces held succeeded: generalized derivatives from the smoothed point');
  const { x, multipliers } = last!.solved.result;
  const start = { x, multipliers, barrier: 1e-4 };
  return stages.counted(await stages.solve({ statement, warmStart: start, answers: true }));
}

const isInfeasible = ({ solved }: Staged): boolean => solved.result.status === 'infeasible';

/** Mean size of what enters kinks at the start. */
function typicalArgument({ statement, uses, warmStart }: Settlement<Staged>): number {
  const start = warmStart?.x ?? statement.variables.start;
  let [sum, count] = [0, 0];
  for (const use of uses) {
    const net = use.box as Network;
    const values = forward(net, inputsAt(use, start));
    for (const k of piecesAt(net, values).keys())
      for (const z of values[net.nodes[k]!.inputs[0]!]!) {
        sum += Math.abs(z);
        count++;
      }
  }
  return sum > 0 && Number.isFinite(sum) ? sum / count : 1;
}

const inputsAt = ({ inputs }: NetworkUse, x: ArrayLike<number>): number[] =>
  Array.from(inputs, (column) => x[column]!);

/** One use with its pieces and the borders that rows keep it to. */
interface Hold {
  readonly use: NetworkUse;
  readonly pieces: Pieces;
  readonly watched: readonly Border[];
}

/** The best point with pieces held, from a point near it; undefined where none was solved. */
async function heldOn<T extends Staged>(given: Settlement<T>, from: Result): Promise<T | undefined> {
  const { uses, tol, stages, tell, statement } = given;
  const slack = Math.max(1e-7, 10 * tol);
  const n = statement.variables.lower.length;
  let holds = uses.map((use): Hold => {
    const net = use.box as Network;
    const values = forward(net, inputsAt(use, from.x));
    const pieces = piecesAt(net, values);
    const near = borders(net, pieces, values).sort((a, b) => a.room - b.room);
    return { use, pieces, watched: inOrder(near.slice(0, firstBorders)) };
  });
  let best: T | undefined;
  let held = holds;
  let [start, crossings] = [from.x, 0];
  for (let round = 0; round < mostRounds; round++) {
    const augmented = withBorders(given, holds, start);
    const solved = await stages.solve(augmented.stage);
    const { result } = solved.solved;
    if (!isSolved(result.status)) {
      if (stages.over(solved)) return stages.cut(best ?? augmented.reduced(solved), solved);
      break;
    }
    const wider = holds.map((hold) => keptTo(hold, result.x));
    if (wider.some((hold, k) => hold !== holds[k])) {
      if (stages.over(solved)) return stages.cut(best ?? augmented.reduced(solved), solved);
      holds = wider;
      start = result.x.slice(0, n);
      continue;
    }
    const gain = best ? best.solved.result.objective - result.objective : Number.POSITIVE_INFINITY;
    if (!(gain > tol * Math.max(1, Math.abs(result.objective)))) break;
    best = augmented.reduced(solved);
    held = holds;
    start = result.x.slice(0, n);
    const next = crossedHolds(holds, augmented.places, result, slack);
    if (next === undefined) break;
    if (stages.over(solved)) return stages.cut(best);
    crossings++;
    holds = next;
  }
  if (best) {
    const count = held.reduce(
      (sum, { pieces }) => sum + [...pieces.values()].reduce((s, p) => s + p.length, 0),
      0,
    );
    const kept = held.reduce((sum, { watched }) => sum + watched.length, 0);
    tell(`${count} kinks held on their pieces, ${kept} by rows, ${crossings} times crossed some`);
  }
  return best && stages.counted(best);
}

/** The hold with rows for every border that a point is past; itself where it is past none. */
function keptTo(hold: Hold, x: ArrayLike<number>): Hold {
  const net = hold.use.box as Network;
  const values = heldValues(net, hold.pieces, (held) => forward(held, inputsAt(hold.use, x)));
  const known = new Set(hold.watched.map(keyOf));
  const past = borders(net, hold.pieces, values).filter(
    (border) => border.room < -1e-9 && !known.has(keyOf(border)),
  );
  return past.length === 0 ? hold : { ...hold, watched: inOrder([...hold.watched, ...past]) };
}

const keyOf = ({ node, entry, beyond }: Border): string => `${node}/${entry}/${beyond}`;

/** Pieces beyond every border that pushes back; undefined where none does. */
function crossedHolds(
  holds: readonly Hold[],
  places: readonly (readonly number[])[],
  { x, multipliers }: Result,
  slack: number,
): Hold[] | undefined {
  let changed = false;
  const next = holds.map((hold, h) => {
    const pieces = new Map([...hold.pieces].map(([k, own]) => [k, own.slice()]));
    hold.watched.forEach(({ node, entry, beyond }, i) => {
      const column = places[h]![i]!;
      if (x[column]! > slack || !(multipliers.lower[column]! > slack)) return;
      pieces.get(node)![entry] = beyond;
      changed = true;
    });
    const watched = hold.watched.map((border) => ({
      ...border,
      beyond:
        pieces.get(border.node)![border.entry] === border.beyond
          ? hold.pieces.get(border.node)![border.entry]!
          : border.beyond,
    }));
    return { ...hold, pieces, watched };
  });
  return changed ? next : undefined;
}

interface Augmented<T> {
  readonly stage: Parameters<Stages<Staged>['solve']>[0];
  /** The solved stage without the variables and rows of borders. */
  readonly reduced: (solved: T) => T;
  /** Columns of the rooms of each hold's borders. */
  readonly places: readonly (readonly number[])[];
}

/** The problem with held networks, and with a variable `room ≥ 0` and a row for each watched border. */
function withBorders<T extends Staged>(
  { statement, boxes }: Settlement<T>,
  holds: readonly Hold[],
  x: Float64Array,
): Augmented<T> {
  const [n, m] = [statement.variables.lower.length, statement.rows.lower.length];
  const networks: unknown[] = [...boxes];
  const grayBoxes = [...statement.grayBoxes];
  const names: string[] = [];
  const start: number[] = [];
  const places = holds.map(({ use, pieces, watched }) => {
    const net = use.box as Network;
    const at = grayBoxes.findIndex(({ outputs }) => outputs.join() === use.outputs.join());
    grayBoxes[at] = { ...grayBoxes[at]!, box: networks.push(heldNetwork(net, pieces)) - 1 };
    if (watched.length === 0) return [];
    const rooms = heldNetwork(net, pieces, watched);
    const values = forward(rooms, inputsAt(use, x));
    const first = n + names.length;
    const columns = watched.map((_, i) => first + i);
    grayBoxes.push({
      box: networks.push(rooms) - 1,
      inputs: use.inputs,
      outputs: Int32Array.from(columns),
      firstRow: m + names.length,
    });
    for (const { node, entry } of watched)
      names.push(`${use.name}/${net.nodes[node]!.layer}[${entry}] border`);
    for (const k of rooms.outputs) for (const value of values[k]!) start.push(value);
    return columns;
  });
  const used = [...new Set(grayBoxes.map(({ box }) => box))].sort((a, b) => a - b);
  const count = names.length;
  const extended = (own: Float64Array, value: number): Float64Array => {
    const all = new Float64Array(own.length + count).fill(value);
    all.set(own);
    return all;
  };
  const { variables, rows, partition, scaling } = statement;
  const outside = partition && Int32Array.from([...partition, ...names.map(() => -1)]);
  const all = otherStatement(statement, {
    variables: {
      lower: extended(variables.lower, 0),
      upper: extended(variables.upper, Number.POSITIVE_INFINITY),
      start: extended(variables.start, 0),
      names: [...variables.names, ...names],
    },
    rows: {
      lower: extended(rows.lower, 0),
      upper: extended(rows.upper, 0),
      names: [...rows.names, ...names.map((name) => `${name} row`)],
    },
    expressions: Int32Array.from([...statement.expressions, ...names.map(() => -1)]),
    grayBoxes: grayBoxes.map((use) => ({ ...use, box: used.indexOf(use.box) })),
    ...(outside && { partition: outside }),
    ...(scaling && {
      scaling: {
        ...scaling,
        ...(scaling.variables && { variables: extended(scaling.variables, 1) }),
        ...(scaling.constraints && { constraints: extended(scaling.constraints, 1) }),
      },
    }),
  });
  const point = extended(x, 0);
  point.set(start, n);
  return {
    stage: {
      statement: all,
      boxes: used.map((k) => networks[k]),
      warmStart: { x: point, barrier: 1e-5 },
      options: exact,
      answers: true,
    },
    reduced: (solved) => {
      const { result } = solved.solved;
      const { constraints, lower, upper } = result.multipliers;
      const multipliers = {
        constraints: constraints.slice(0, m),
        lower: lower.slice(0, n),
        upper: upper.slice(0, n),
      };
      const own = { x: result.x.slice(0, n), constraints: result.constraints.slice(0, m), multipliers };
      return { ...solved, solved: { ...solved.solved, result: { ...result, ...own } } };
    },
    places,
  };
}
