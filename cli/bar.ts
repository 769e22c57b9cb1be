/** Columns of the bar itself. */
const width = 30;

/**
 * How far a list of solves is, on standard error: one line that is drawn anew on a terminal, a line for each solve
 * elsewhere.
 */
export class ProgressBar {
  readonly #begin = performance.now();
  #drawn = '';

  constructor(
    private readonly total: number,
    private readonly stream: NodeJS.WriteStream = process.stderr,
  ) {}

  /** @param what the solve that ended, in a few words; `counts` how the others did. */
  show(ended: number, what: string, counts: string): void {
    const place = `${String(ended).padStart(String(this.total).length)}/${this.total}`;
    if (!this.stream.isTTY) {
      this.stream.write(`${place}  ${what}\n`);
      return;
    }
    const full = Math.round((width * ended) / this.total);
    const seconds = (performance.now() - this.#begin) / 1000;
    const left = ended === this.total ? '' : `, about ${time((seconds / ended) * (this.total - ended))} left`;
    this.#draw(`[${'█'.repeat(full)}${'·'.repeat(width - full)}] ${place}  ${counts}${left}`);
  }

  /** Leaves the last state standing. */
  end(): void {
    if (this.#drawn !== '') this.stream.write('\n');
    this.#drawn = '';
  }

  #draw(line: string): void {
    const cut = line.slice(0, Math.max(20, (this.stream.columns ?? 80) - 1));
    this.stream.write(`\r${cut.padEnd(this.#drawn.length)}`);
    this.#drawn = cut;
  }
}

const time = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
