import type * as Ort from 'onnxruntime-node';
import { InputError } from '../../core/errors.js';

export type OnnxRuntime = typeof Ort;

/** ONNX Runtime, or an InputError that says how to get it. */
export async function loadRuntime(): Promise<OnnxRuntime> {
  try {
    const module = (await import('onnxruntime-node')) as OnnxRuntime & { default?: OnnxRuntime };
    const runtime = module.default ?? module;
    // What fails also throws; its log would only repeat it on standard error.
    runtime.env.logLevel = 'fatal';
    return runtime;
  } catch (cause) {
    throw new InputError(
      `onnxruntime-node cannot be loaded (${firstLine(cause)}): install it (npm install onnxruntime-node; where its script cannot fetch NVIDIA's providers npm leaves it out without a word, unless ONNXRUNTIME_NODE_INSTALL=skip is set) or use engine wasm`,
      { cause },
    );
  }
}

/** What went wrong, without the place in ONNX Runtime's sources and the test that failed there. */
export const firstLine = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause))
    .split('\n')[0]!
    .replace(/^.*onnxruntime_src.* was false\. (?=\S)/, '');
