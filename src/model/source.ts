import { type Operator, operators } from '../problem/operators.js';
import { commonOwner, type Expression, Linear, type Owner, toExpression } from './expression.js';

/** How every entry is made of one entry of each of `of`; what has a single entry gives that one throughout. */
export interface Recipe {
  /** `linear`: the first half of `of` are coefficients, the second half their variables. */
  readonly operator: Operator | 'linear';
  readonly make: (args: readonly Expression[]) => Expression;
  readonly of: readonly Source[];
}

/** Recipes inside each other. */
const deepest = 100;
/** Shorter arrays are listed. */
export const fewEntries = 64;

/** What has a kink or jumps. */
const broken: readonly Operator[] = [
  ...(['abs', 'minimum', 'maximum', 'floor', 'ceil', 'round', 'trunc', 'remainder', 'quotient'] as const),
  ...(['less', 'lessEqual', 'equal', 'notEqual', 'and', 'or', 'not', 'conditional'] as const),
];

/** Operators with one formula everywhere. */
export const smooth: ReadonlySet<string> = new Set(operators.filter((name) => !broken.includes(name)));

/**
 * The entries of an array: a list, plain numbers, or a recipe. What is not listed is made when it is looked at: a sum over a
 * recipe is stated as one template instead.
 */
export class Source {
  #elements: readonly Expression[] | undefined;
  #owner: Owner | undefined;
  #owned = false;
  readonly #depth: number;

  private constructor(
    readonly size: number,
    elements: readonly Expression[] | undefined,
    readonly numbers?: Float64Array,
    readonly recipe?: Recipe,
  ) {
    this.#elements = elements;
    this.#depth = recipe ? 1 + Math.max(...recipe.of.map((source) => source.#depth)) : 0;
  }

  static list(elements: readonly Expression[]): Source {
    return new Source(elements.length, elements);
  }

  static numbers(values: Float64Array): Source {
    return new Source(values.length, undefined, values);
  }

  /** Undefined where the entries are better made at once: few, without variables, or of two models, which they tell. */
  static made(size: number, recipe: Recipe): Source | undefined {
    if (size < fewEntries || !recipe.of.every((source) => source.size === size || source.size === 1)) return;
    const made = new Source(size, undefined, undefined, recipe);
    try {
      if (made.owner === undefined) return;
    } catch {
      return;
    }
    return made.#depth <= deepest ? made : Source.list(made.elements);
  }

  /** The model of its variables; undefined where there are none. Throws where they are of several. */
  get owner(): Owner | undefined {
    if (!this.#owned) {
      const parts: readonly { readonly owner: Owner | undefined }[] = this.recipe?.of ?? this.#elements ?? [];
      for (const { owner } of parts) this.#owner = commonOwner(this.#owner, owner);
      this.#owned = true;
    }
    return this.#owner;
  }

  /** In row-major order. */
  get elements(): readonly Expression[] {
    if (this.#elements) return this.#elements;
    const { size, numbers, recipe } = this;
    const made = new Array<Expression>(size);
    if (numbers) for (let k = 0; k < size; k++) made[k] = toExpression(numbers[k]!);
    else {
      const { make, of } = recipe!;
      const lists = of.map((source) => source.elements);
      for (let k = 0; k < size; k++) made[k] = make(lists.map((list) => list[list.length === 1 ? 0 : k]!));
    }
    this.#elements = made;
    return made;
  }

  /** One entry, the others left unmade; `known` holds what was made for it. */
  element(k: number, known = new Map<Source, Expression>()): Expression {
    const at = this.size === 1 ? 0 : k;
    if (this.#elements) return this.#elements[at]!;
    if (this.numbers) return toExpression(this.numbers[at]!);
    const found = known.get(this);
    if (found) return found;
    const { make, of } = this.recipe!;
    const made = make(of.map((source) => source.element(k, known)));
    known.set(this, made);
    return made;
  }
}

/** `Σ coefficients · columns` as one node, coefficients 0 left out. */
export function combined(args: readonly Expression[]): Expression {
  const half = args.length / 2;
  const coefficients: number[] = [];
  const columns: number[] = [];
  for (let k = 0; k < half; k++) {
    const { value } = args[k] as Expression & { readonly value: number };
    if (value === 0) continue;
    coefficients.push(value);
    columns.push((args[half + k] as Expression & { readonly index: number }).index);
  }
  const { owner } = args[half]!;
  return new Linear(
    columns.length > 0 ? owner : undefined,
    Int32Array.from(columns),
    Float64Array.from(coefficients),
    0,
  );
}
