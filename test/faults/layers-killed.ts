import { Worker } from 'node:worker_threads';
import { type BatchCrew, batchCrew } from '../../runtime/node/batch-crew.js';
import { compiled } from '../../runtime/node/compiled.js';
import { layerBits } from './layer-bits.js';
import { type End, timed, type Victim } from './victim.js';

/** A thread of the crew ends while it computes its part of `forward` or `backward`. */
export function crewVictim(): Victim {
  let calls = 0;
  return {
    most: 1,
    async run(at) {
      const crew: BatchCrew = batchCrew(2);
      const run = crew.run.bind(crew);
      const [struck, early] = [Math.floor((at ?? 0) * calls), ((at ?? 0) * calls) % 1 < 0.5];
      let call = 0;
      let gone: Promise<void> | undefined;
      crew.run = (jobs, meanwhile) => {
        const strike = call++ === struck && at !== undefined;
        return run(jobs, () => {
          if (strike && early) gone = crew.dismiss();
          meanwhile();
          if (strike && !early) gone = crew.dismiss();
        });
      };
      try {
        return [{ status: 'optimal', value: layerBits() }];
      } catch (error) {
        const { name, message } = error as Error;
        return [{ status: name === 'EvaluationError' ? 'failed' : 'thrown', value: `${name}: ${message}` }];
      } finally {
        crew.run = run;
        if (at === undefined) calls = call;
        await gone;
        // Threads that began are known to run a turn later.
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

/** The thread that uses a layer ends, with a crew of its own under it. */
export function layerThreadVictim(): Victim {
  let worker: Worker | undefined;
  const run = (): Promise<End[]> =>
    new Promise((resolve) => {
      const ends: End[] = [];
      worker = new Worker(compiled(import.meta.url, './layer-bits.js'), { workerData: 'bits', execArgv: [] });
      worker.once('message', (value) => ends.push({ status: 'optimal', value }));
      worker.once('error', ({ message }) => ends.push({ status: 'thrown', value: message }));
      worker.once('exit', (code) => resolve(ends.length > 0 ? ends : [{ status: 'failed', value: code }]));
    });
  return timed(run, () => void worker?.terminate(), { most: 1 });
}
