/**
 * A signal that Ctrl-C aborts, for the time of one solve. The first Ctrl-C asks the solver to stop with its best point;
 * the next one ends the process as usual.
 */
export function interruptible(signal?: AbortSignal): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  process.once('SIGINT', abort);
  return {
    signal: signal ? AbortSignal.any([signal, controller.signal]) : controller.signal,
    release: () => process.removeListener('SIGINT', abort),
  };
}
