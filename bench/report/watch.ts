import { readFileSync } from 'node:fs';

/** Seconds of processor time that a case and its making may take, and seconds by the clock, which a loaded machine stretches. */
const [mostWork, mostWall] = [40, 900];
/** Ticks of the kernel in a second, as /proc counts (USER_HZ). */
const ticks = 100;

/** Looks after a process: `stop` is called, once, where it works or waits for too long between two calls of {@link again}. */
export class Watch {
  readonly #timer: NodeJS.Timeout;
  readonly #pid: number | undefined;
  #work = 0;
  #since = performance.now();

  constructor(pid: number | undefined, stop: (why: string) => void) {
    this.#pid = pid;
    this.#timer = setInterval(() => {
      const waited = (performance.now() - this.#since) / 1000;
      const worked = processorSeconds(pid) - this.#work;
      // Where nothing counts the work, the clock has to do.
      const why =
        worked > mostWork || (Number.isNaN(worked) && waited > 2 * mostWork)
          ? `no answer within ${mostWork} s of processor time`
          : waited > mostWall
            ? `no answer within ${mostWall} s`
            : undefined;
      if (why === undefined) return;
      this.end();
      stop(why);
    }, 1000);
  }

  again(): void {
    this.#since = performance.now();
    this.#work = processorSeconds(this.#pid) || 0;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

/** Processor time of all threads of a process, from /proc; NaN where there is none. */
function processorSeconds(pid: number | undefined): number {
  try {
    // Behind the name, which may hold anything: utime and stime are fields 14 and 15 (proc(5)).
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticks;
  } catch {
    return Number.NaN;
  }
}
