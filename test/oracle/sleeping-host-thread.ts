import { createRequire } from 'node:module';
import { workerData } from 'node:worker_threads';
import { serve } from '../../runtime/node/serve.js';
import { openExecutable } from '../../runtime/open.js';

/** Evaluations that go well before one goes into native code and sleeps there for a minute, where nothing can end it. */
const after = 6;

if (workerData?.control instanceof SharedArrayBuffer) {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi')['default'];
  const sleep = koffi.load(null).func('unsigned int sleep(unsigned int)');
  let evaluations = 0;
  await serve(
    async (spec) => {
      const executable = await openExecutable({ ...spec, engine: 'reference' });
      const { evaluate } = executable;
      return {
        ...executable,
        engine: 'native',
        evaluate(order, slots) {
          if (++evaluations > after) sleep(60);
          return evaluate.call(executable, order, slots);
        },
      };
    },
    (engine) => engine === 'native',
  );
}
