import type * as Tf from '@tensorflow/tfjs';
import { InputError } from '../../core/errors.js';
import type { Device } from '../contract.js';

export type Tfjs = typeof Tf;

/** tfjs, and which of its registered backends computes. */
export interface Place {
  readonly tf: Tfjs;
  readonly backend: string;
}

/** A package that brings tfjs, what registers another backend with it, and the backend's name. */
interface Source {
  readonly packages: readonly string[];
  readonly backend: string;
}

/** By device, the fastest first. */
const sources: { readonly [D in Device]: readonly Source[] } = {
  cpu: [
    { packages: ['@tensorflow/tfjs-node'], backend: 'tensorflow' },
    { packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'], backend: 'wasm' },
    { packages: ['@tensorflow/tfjs'], backend: 'cpu' },
  ],
  cuda: [{ packages: ['@tensorflow/tfjs-node-gpu'], backend: 'tensorflow' }],
  webgpu: [],
};

const advice: { readonly [D in Device]: string } = {
  cpu: 'npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm (or @tensorflow/tfjs-node), or use engine wasm or onnx',
  cuda: 'npm install @tensorflow/tfjs-node-gpu on a machine with CUDA, or use device cpu',
  webgpu: 'use device cpu',
};

/** tfjs with the fastest backend installed for a device, or an InputError that says how to get one. */
export async function openTfjs(device: Device, load: Load = imported): Promise<Place> {
  const reasons: string[] = [];
  for (const { packages, backend } of sources[device])
    try {
      const modules: unknown[] = [];
      for (const name of packages) modules.push(await load(name));
      const place = { tf: modules[0] as Tfjs, backend };
      // Its greeting on standard error advises another package.
      place.tf.enableProdMode();
      await activate(place);
      requireGpu(place, device);
      return place;
    } catch (error) {
      reasons.push(firstLine(error));
    }
  throw new InputError(
    `engine tfjs: nothing computes on device '${device}' (${reasons.join('; ')}): ${advice[device]}`,
  );
}

/** Makes the backend of `place` that of tfjs; an InputError where it is not registered or does not start. */
export async function activate({ tf, backend }: Place): Promise<void> {
  if (tf.getBackend() === backend) return;
  if (tf.findBackendFactory(backend) === null)
    throw new InputError(
      `engine tfjs: backend '${backend}' is not registered; import the package that registers it`,
    );
  if (!(await tf.setBackend(backend)))
    throw new InputError(`engine tfjs: backend '${backend}' does not start here; use another one`);
}

/** tfjs-node-gpu computes on the CPU where it finds no card, and only its backend tells. */
function requireGpu({ tf }: Place, device: Device): void {
  const { isUsingGpuDevice } = tf.backend() as { isUsingGpuDevice?: boolean };
  if (device === 'cuda' && isUsingGpuDevice !== true) throw new Error('TensorFlow finds no CUDA card');
}

/** How a package is loaded; another way only in tests. */
export type Load = (name: string) => Promise<unknown>;

const imported: Load = async (name) => {
  const module = (await import(name)) as { default?: unknown };
  return 'tensor' in module ? module : (module.default ?? module);
};

const firstLine = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!;
