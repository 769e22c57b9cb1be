import type * as Ort from 'onnxruntime-node';
import { InputError } from '../../core/errors.js';

export type OnnxRuntime = typeof Ort;

/** ONNX Runtime, or an InputError that says how to get it. */
export async function loadRuntime(): Promise<OnnxRuntime> {
  try {
    const module = (await import('onnxruntime-node')) as OnnxRuntime & { default?: OnnxRuntime };
    return module.default ?? module;
  } catch (cause) {
    throw new InputError(
      `engine onnx: onnxruntime-node cannot be loaded (${firstLine(cause)}); install it (npm install onnxruntime-node) or use engine wasm`,
      { cause },
    );
  }
}

export const firstLine = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!;
