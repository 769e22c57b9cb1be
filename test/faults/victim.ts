/** How one solve of a run ended. */
export interface End {
  readonly status: string;
  /** What is compared, to the bit; numbers to `within`. */
  readonly value: unknown;
  /** Whether it had iterated and has no point. */
  readonly lost?: boolean;
}

/** Something that runs in this process, and what may be ended in the middle of it. */
export interface Victim {
  /** Runs it whole, or with something ended at this share of the time of a whole run. */
  run(at?: number): Promise<readonly End[]>;
  /** Most solves that may fail for one end. */
  readonly most: number;
  /** Whether what failed is asked for again within the run. */
  readonly repeats?: boolean;
  /** By how much values may differ, relative, where solves that ask one host at once share its products. */
  readonly within?: number;
  close?(): Promise<void>;
}

const failed = ({ status }: End): boolean => status === 'evaluation-error' || status === 'failed';

/** What is wrong with a run in which something was ended, beside a whole one. */
export function wrongIn(victim: Victim, ends: readonly End[], whole: readonly End[]): string[] {
  const { within = 0 } = victim;
  const same = (a: unknown, b: unknown): boolean =>
    a === b ||
    (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= within * Math.max(1, Math.abs(b)));
  const told = (end: End | undefined): string => (end ? `${end.status} at ${end.value}` : 'nothing');
  const failures = ends.filter(failed);
  const wrong = failures.filter(({ lost }) => lost).map(() => 'the point held is lost');
  if (failures.length > victim.most) wrong.push(`${failures.length} solves failed, not ${victim.most}`);
  const answers = victim.repeats ? ends.filter((end) => !failed(end)) : ends;
  if (answers.length !== whole.length) wrong.push(`${answers.length} answers, not ${whole.length}`);
  answers.forEach((end, k) => {
    if (!failed(end) && (end.status !== whole[k]?.status || !same(end.value, whole[k].value)))
      wrong.push(`answer ${k}: ${told(end)}, not ${told(whole[k])}`);
  });
  return wrong;
}

/** A victim that gives way to timers: `strike` comes at a share of the time that the last whole run took. */
export function timed(
  run: () => Promise<readonly End[]>,
  strike: () => void,
  rest: Omit<Victim, 'run'>,
): Victim {
  let milliseconds = 0;
  return {
    ...rest,
    async run(at) {
      if (at === undefined) {
        const begin = performance.now();
        const ends = await run();
        milliseconds = performance.now() - begin;
        return ends;
      }
      const timer = setTimeout(strike, at * milliseconds);
      try {
        return await run();
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
