import { markdown } from '../markdown.js';
import type { Row } from './row.js';

const none = '–';
const share = (part: number | undefined, whole: number | undefined): string =>
  part === undefined || !whole ? none : `${((100 * part) / whole).toFixed(0)} %`;
const small = (value: number | undefined): string => value?.toExponential(1) ?? none;
const solved = ({ status }: Row): boolean => status === 'optimal' || status === 'acceptable';

/** Sizes of every problem by network and formulation. */
export function structureTable(rows: readonly Row[]): string {
  const distinct = new Map<string, Row>();
  for (const row of rows) {
    const key = `${row.problem} ${row.network} ${row.formulation}`;
    if (row.sizes || !distinct.has(key)) distinct.set(key, row);
  }
  return markdown(
    ['problem', 'network', 'parameters', 'formulation', 'variables', 'rows', 'Jacobian', 'Hessian'],
    [...distinct.values()].map(({ problem, network, parameters, formulation, sizes }) => [
      problem,
      network,
      parameters,
      formulation,
      sizes?.['variables'] ?? none,
      sizes?.['constraints'] ?? none,
      sizes?.['jacobianNonzeros'] ?? none,
      sizes?.['hessianNonzeros'] ?? none,
    ]),
  );
}

/** Every solve, failures too. */
export const runtimeTable = (rows: readonly Row[]): string =>
  markdown(
    [
      ...['problem', 'network', 'formulation', 'solver', 'engine', 'sample', 'status', 'objective'],
      ...['network error', 'iterations', 'seconds', 's/iteration', 'oracle', 'linear solver', 'processor s'],
    ],
    rows.map(({ problem, network, formulation, solver, engine, sample, status, ...own }) => [
      problem,
      network,
      formulation,
      solver,
      engine ?? none,
      sample,
      status,
      own.objective?.toPrecision(9) ?? none,
      small(own.networkError),
      own.iterations ?? none,
      own.seconds?.total.toFixed(2) ?? none,
      own.seconds && own.iterations ? (own.seconds.total / own.iterations).toFixed(3) : none,
      share(own.seconds?.oracle, own.seconds?.total),
      share(own.seconds?.linear, own.seconds?.total),
      own.processor?.toFixed(1) ?? none,
    ]),
  );

/** Relative distance of an objective from the best found by any treatment up to which it counts as that. */
const near = 0.05;
const median = (values: readonly number[]): number | undefined =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Treatments beside each other where several images were solved: how many, how exactly, how well and in what time. */
export function treatmentTable(rows: readonly Row[]): string {
  const groups = new Map<string, Row[]>();
  for (const row of rows.filter(({ problem }) => problem === 'mnist')) {
    const key = [row.network, row.formulation, row.solver].join('|');
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const many = [...groups].filter(([, own]) => own.length > 1);
  if (many.length === 0) return '';
  /** By network and image. */
  const best = new Map<string, number>();
  const place = ({ network, sample }: Row): string => `${network} ${sample}`;
  for (const row of rows.filter(solved))
    best.set(place(row), Math.min(best.get(place(row)) ?? Number.POSITIVE_INFINITY, row.objective!));
  return markdown(
    [
      ...['network', 'formulation', 'solver', 'images', 'solved', 'network error ≤ 1e-7'],
      ...['within 5 % of the best', 'worst', 'median processor s', 'median iterations'],
    ],
    many.map(([key, own]) => {
      const good = own.filter(solved);
      const apart = good.map((row) => row.objective! / best.get(place(row))! - 1);
      return [
        ...key.split('|'),
        own.length,
        good.length,
        good.filter(({ networkError }) => (networkError ?? Number.NaN) <= 1e-7).length,
        apart.filter((share) => share <= near).length,
        apart.length > 0 ? `${(100 * Math.max(...apart)).toFixed(1)} %` : none,
        median(good.flatMap(({ processor }) => processor ?? []))?.toFixed(1) ?? none,
        median(good.flatMap(({ iterations }) => iterations ?? [])) ?? none,
      ];
    }),
  );
}

/** A problem solved in reduced and in another space by one solver. */
export interface Pair {
  readonly reduced: Row;
  readonly other: Row;
  /** Of the objectives. */
  readonly relative: number;
}

/** Where the reduced space and another one were both solved. */
export function pairs(rows: readonly Row[]): Pair[] {
  const good = rows.filter(solved);
  return good.flatMap((reduced) => {
    if (reduced.formulation !== 'reduced') return [];
    return good.flatMap((other): Pair[] => {
      const same =
        other !== reduced &&
        (['problem', 'network', 'solver', 'sample'] as const).every((key) => other[key] === reduced[key]);
      if (!same || other.formulation === 'auto') return [];
      const [a, b] = [reduced.objective!, other.objective!];
      return [{ reduced, other, relative: Math.abs(a - b) / Math.max(1, Math.abs(a), Math.abs(b)) }];
    });
  });
}

/** Pairs whose objectives differ: two local optima, with the errors of both. */
export function apartTable(all: readonly Pair[], tolerance: number): string {
  const apart = all.filter(({ relative }) => !(relative <= tolerance));
  if (apart.length === 0) return `Of ${all.length} pairs none is further apart than ${tolerance}.`;
  const line = (row: Row): (string | number)[] => [
    row.objective!.toPrecision(9),
    small(row.errors?.primal),
    small(row.errors?.dual),
    small(row.errors?.complementarity),
  ];
  return [
    `${all.length - apart.length} of ${all.length} pairs agree to ${tolerance}; the others are local optima of their own:`,
    markdown(
      [
        ...['problem', 'network', 'solver', 'sample', 'reduced', 'primal', 'dual', 'complementarity'],
        ...['beside', 'objective', 'primal', 'dual', 'complementarity'],
      ],
      apart.map(({ reduced, other }) => [
        reduced.problem,
        reduced.network,
        reduced.solver,
        reduced.sample,
        ...line(reduced),
        other.formulation,
        ...line(other),
      ]),
    ),
  ].join('\n\n');
}
