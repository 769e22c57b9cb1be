import { Builder } from '../builder.js';
import { flopsEach } from '../flops.js';
import { type Instruction, type Outputs, operands, type Program, type Ref } from '../program.js';
import { type Shape, sizeOf } from '../shape.js';

/** Numbers of the largest tensor of a strip, a few of which stay in the second-level cache, and rows below which there are none to part. */
const usual = { numbers: 2 ** 15, rows: 64 };
type Limits = typeof usual;
/** Instructions that a group becomes, at most. */
const MOST = 2 ** 14;
/** Numbers of a factor that is read anew for each strip. */
const FACTOR = 2 ** 14;
/** Operations of a product in the time of one number that is written, as `cost` counts. */
const PER_NUMBER = 40;

/**
 * `program` with what goes row by row along the first axis, such as tangents through layers, done for a strip of rows after
 * the other, from the first instruction to the last, so that what is written is read again from a cache. Products with a
 * large factor, and groups of which products take most of the time, stay whole.
 */
export function inStrips(program: Program, limits: Limits = usual): Program {
  const rows = commonRows(program, limits);
  if (rows === undefined) return program;
  const strips = new Strips(program, rows, limits.numbers);
  return strips.groups.some((group) => group.strip) ? strips.written() : program;
}

type Mode = 'row' | 'whole';

/** How `instruction` reads its operands where it goes by `rows` along its first axis; undefined where it does not. */
function modesOf(
  instruction: Instruction,
  shapes: readonly Shape[],
  rows: number,
): readonly Mode[] | undefined {
  const { shape } = instruction;
  if (shape.length < 2 || shape[0]! % rows !== 0) return undefined;
  const along = (ref: Ref): Mode | undefined => {
    const own = shapes[ref]!;
    if (own.length < shape.length || own[0] === 1) return 'whole';
    return own[0] === shape[0] ? 'row' : undefined;
  };
  const all = (modes: readonly (Mode | undefined)[]): readonly Mode[] | undefined =>
    modes.includes(undefined) || !modes.includes('row') ? undefined : (modes as readonly Mode[]);
  switch (instruction.kind) {
    case 'lower':
    case 'unary':
    case 'gather':
    case 'sumLast':
    case 'softmax':
      return ['row'];
    case 'reshape':
      return shapes[instruction.a]!.length > 1 && shapes[instruction.a]![0]! % rows === 0
        ? ['row']
        : undefined;
    case 'binary':
      return all([along(instruction.a), along(instruction.b)]);
    case 'contract':
      return shape.length < 3 ? undefined : all([along(instruction.a), along(instruction.b)]);
    case 'matmul': {
      const [a, b] = [shapes[instruction.a]!, shapes[instruction.b]!];
      const fits = a.length === 2 && !instruction.transposeA && sizeOf(b) <= FACTOR;
      return fits ? ['row', 'whole'] : undefined;
    }
    case 'slice':
      return instruction.axis === 0 ? undefined : ['row'];
    case 'concat':
      return instruction.axis === 0 ? undefined : instruction.parts.map(() => 'row');
    default:
      return undefined;
  }
}

/** The length of first axes by which most numbers go; undefined where none is long. */
function commonRows({ instructions }: Program, limits: Limits): number | undefined {
  const shapes = instructions.map(({ shape }) => shape);
  const lengths = new Set(
    shapes.flatMap((shape) =>
      shape.length > 1 && shape[0]! >= limits.rows && sizeOf(shape) > limits.numbers ? [shape[0]!] : [],
    ),
  );
  let best: number | undefined;
  let most = 0;
  for (const rows of [...lengths].sort((a, b) => b - a)) {
    const covered = instructions.reduce(
      (sum, own) => (own.kind === 'reshape' || !modesOf(own, shapes, rows) ? sum : sum + sizeOf(own.shape)),
      0,
    );
    if (covered > most) [best, most] = [rows, covered];
  }
  return best;
}

interface Group {
  readonly before: Ref[];
  readonly members: Ref[];
  readonly after: Ref[];
  /** Rows of a strip; absent where the group stays whole. */
  strip?: number;
}

class Strips {
  readonly groups: Group[] = [];
  readonly #b = new Builder();
  readonly #shapes: readonly Shape[];
  readonly #modes: readonly (readonly Mode[] | undefined)[];
  readonly #refs: Ref[] = [];

  constructor(
    private readonly program: Program,
    private readonly rows: number,
    private readonly numbers: number,
  ) {
    const { instructions } = program;
    this.#shapes = instructions.map(({ shape }) => shape);
    this.#modes = instructions.map((own) => modesOf(own, this.#shapes, rows));
    this.#part();
    const operations = flopsEach(instructions);
    for (const group of this.groups) this.#judge(group, operations);
  }

  /** Groups of instructions that go by rows; what needs none of a group comes before it, what needs all of a member after. */
  #part(): void {
    const { instructions } = this.program;
    let group: Group = { before: [], members: [], after: [] };
    this.groups.push(group);
    let members = new Set<Ref>();
    let after = new Set<Ref>();
    instructions.forEach((own, k) => {
      const ref = k as Ref;
      const modes = this.#modes[k];
      const from = operands(own);
      const waits = from.some((o, i) => after.has(o) || (members.has(o) && modes?.[i] !== 'row'));
      if (modes !== undefined && waits) {
        group = { before: [], members: [ref], after: [] };
        this.groups.push(group);
        [members, after] = [new Set([ref]), new Set()];
      } else if (modes !== undefined) {
        group.members.push(ref);
        members.add(ref);
      } else if (waits) {
        group.after.push(ref);
        after.add(ref);
      } else group.before.push(ref);
    });
  }

  #judge(group: Group, operations: readonly number[]): void {
    const { instructions } = this.program;
    let [numbers, product, widest] = [0, 0, 0];
    for (const k of group.members) {
      const { kind, shape } = instructions[k]!;
      widest = Math.max(widest, sizeOf(shape));
      if (kind === 'matmul' || kind === 'contract') product += operations[k]!;
      if (kind !== 'reshape') numbers += sizeOf(shape);
    }
    const fewest = Math.ceil((this.rows * group.members.length) / MOST);
    const strip = Math.max(fewest, Math.floor((this.numbers * this.rows) / widest));
    if (2 * strip > this.rows || product > PER_NUMBER * numbers) return;
    group.strip = Math.ceil(this.rows / Math.ceil(this.rows / strip));
  }

  written(): Program {
    const { instructions, outputs } = this.program;
    const to = (ref: Ref): Ref => this.#refs[ref]!;
    const plain = (k: Ref): void => {
      this.#refs[k] = this.#b.copy(instructions[k]!, to);
    };
    for (const group of this.groups) {
      group.before.forEach(plain);
      if (group.strip === undefined) group.members.forEach(plain);
      else this.#write(group.members, group.strip);
      group.after.forEach(plain);
    }
    const renamed = Object.entries(outputs).map(([name, ref]) => [name, to(ref)]);
    return this.#b.finish(Object.fromEntries(renamed) as unknown as Outputs);
  }

  #write(members: readonly Ref[], strip: number): void {
    const b = this.#b;
    const { instructions } = this.program;
    const inside = new Set(members);
    const wanted = this.#wanted(inside);
    const parts = new Map<Ref, Ref[]>();
    for (let start = 0; start < this.rows; start += strip) {
      const count = Math.min(strip, this.rows - start);
      const here = new Map<Ref, Ref>();
      for (const k of members) {
        const instruction = instructions[k]!;
        const modes = this.#modes[k]!;
        const from = operands(instruction);
        const row = (ref: Ref): Ref => {
          if (modes[from.indexOf(ref)] === 'whole') return this.#refs[ref]!;
          const own = here.get(ref);
          if (own !== undefined) return own;
          const each = this.#shapes[ref]![0]! / this.rows;
          return b.slice(this.#refs[ref]!, 0, start * each, count * each);
        };
        const { shape } = instruction;
        const ref = b.copy({ ...instruction, shape: shape.with(0, (shape[0]! / this.rows) * count) }, row);
        here.set(k, ref);
        if (wanted.has(k)) parts.set(k, [...(parts.get(k) ?? []), ref]);
      }
    }
    for (const [k, own] of parts) this.#refs[k] = b.concat(own, 0);
  }

  /** Members that others need whole. */
  #wanted(inside: ReadonlySet<Ref>): ReadonlySet<Ref> {
    const { instructions, outputs } = this.program;
    const wanted = new Set<Ref>(Object.values(outputs).filter((ref) => inside.has(ref)));
    instructions.forEach((own, k) => {
      if (!inside.has(k as Ref)) for (const ref of operands(own)) if (inside.has(ref)) wanted.add(ref);
    });
    return wanted;
  }
}
