import { Budget, type BudgetLimits } from '../../core/budget.js';
import { InputError } from '../../core/errors.js';
import { optionsOf, recordOf } from '../../core/given.js';
import { checkDepth, readJson } from '../../core/json.js';
import { NetworkBuilder } from '../build.js';
import type { Network } from '../graph.js';
import type { NetworkEnds } from './ends.js';
import { readTensorflow } from './tensorflow.js';
import { isObject } from './tfjs/config.js';
import { fromMemory } from './tfjs/memory.js';
import { addModel, kerasVersion, readTopology } from './tfjs/topology.js';
import { type ByteSource, readEntries, type WeightEntry, Weights } from './tfjs/weights.js';

/** What a tfjs model hands to a save handler, as far as it is read here. */
export interface TfjsArtifacts {
  readonly modelTopology?: unknown;
  readonly weightSpecs?: readonly unknown[] | undefined;
  readonly weightData?: ArrayBuffer | ArrayBuffer[] | undefined;
}

/** A live `tf.LayersModel`, known by its `save` alone so that tfjs itself need not be there. */
export interface TfjsModel {
  readonly name?: string;
  save(handler: {
    save(
      artifacts: TfjsArtifacts,
    ): Promise<{ modelArtifactsInfo: { dateSaved: Date; modelTopologyType: 'JSON' } }>;
  }): Promise<unknown>;
}

/** A group of the weights manifest: tensors that lie in these files, one after the other. */
export interface WeightGroup {
  readonly entries: readonly WeightEntry[];
  /** Names of files, relative to model.json, as the manifest gives them. */
  readonly shards: readonly unknown[];
}

/** A tfjs LayersModel or GraphModel as files. */
export interface TfjsFiles {
  /** What messages call model.json. */
  readonly file: string;
  /** The network's name. */
  readonly name: string;
  /** Bytes of model.json. */
  readonly json: Uint8Array;
  /** All bytes of the groups' files in order; `close` is called when they are read. */
  open(
    groups: readonly WeightGroup[],
    fail: (problem: string) => InputError,
  ): { readonly next: ByteSource; close(): void };
  readonly budget?: Budget;
  readonly ends?: NetworkEnds;
}

/**
 * Reads a tfjs LayersModel or GraphModel from its files. Layers that only matter in training become nothing; a mistake in the files is
 * an InputError of one line.
 */
export function readTfjsFiles({
  file,
  name,
  json: bytes,
  open,
  budget = new Budget(),
  ends = {},
}: TfjsFiles): Network {
  const fail = (problem: string): InputError => new InputError(`${file}: ${problem}`);
  const json = readJson(bytes, file, budget);
  if (!isObject(json)) throw fail('is not a JSON object; give the model.json of a tfjs LayersModel');
  const topology = json['modelTopology'];
  const isGraph = json['format'] === 'graph-model' || (isObject(topology) && Array.isArray(topology['node']));
  const model = isGraph ? undefined : readTopology(topology, file, fail, budget);

  const manifest = json['weightsManifest'];
  if (!Array.isArray(manifest)) throw fail('has no weightsManifest; save the network again');
  const groups = manifest.map((group, k): WeightGroup => {
    if (!isObject(group) || !Array.isArray(group['weights']) || !Array.isArray(group['paths'])) {
      throw fail(`group ${k} of the weightsManifest needs "paths" and "weights"; save the network again`);
    }
    return { entries: readEntries(group['weights'], file, budget), shards: group['paths'] };
  });

  const shards = open(groups, fail);
  try {
    const weights = new Weights(
      file,
      groups.flatMap(({ entries }) => entries),
      shards.next,
    );
    if (model === undefined)
      return readTensorflow({ file, name, topology, signature: json['signature'], weights, budget, ends });
    const keras = kerasVersion(topology, json['generatedBy']);
    return assemble({ file, name, budget, ends }, model, weights, keras);
  } finally {
    shards.close();
  }
}

/** Limits of what a reader may take; see {@link BudgetLimits}. */
export interface ReadOptions {
  readonly limits?: BudgetLimits | undefined;
}

/** Reads a live `tf.LayersModel` through its own save handler; the model stays as it is. */
export async function fromTfjs(model: TfjsModel, options: ReadOptions & NetworkEnds = {}): Promise<Network> {
  const { limits, ...ends } = optionsOf(options, 'fromTfjs');
  if (typeof recordOf(model, 'fromTfjs: the model').save !== 'function')
    throw new InputError('fromTfjs: the model has no method save; pass a tf.LayersModel');
  const budget = new Budget(limits);
  let saved: TfjsArtifacts | undefined;
  await model.save({
    save: async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
  });
  const name = model.name ?? 'network';
  const file = `tfjs model "${name}"`;
  const fail = (problem: string): InputError => new InputError(`${file}: ${problem}`);
  if (!saved) throw fail('save() did not call the handler it was given; pass a tf.LayersModel');
  const { modelTopology, weightSpecs = [], weightData = [] } = saved;
  checkDepth(modelTopology, file, budget);
  checkDepth(weightSpecs, file, budget);
  const topology = readTopology(modelTopology, file, fail, budget);
  if (!Array.isArray(weightSpecs)) throw fail('its weightSpecs are no list; pass a tf.LayersModel');
  const entries = readEntries(weightSpecs, file, budget);
  const parts = [weightData].flat().map((part) => {
    if (!isBuffer(part)) throw fail('its weightData are no ArrayBuffers; pass a tf.LayersModel');
    return new Uint8Array(part);
  });
  const held = parts.reduce((sum, part) => sum + part.length, 0);
  const needed = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  if (held !== needed) throw fail(`the weights hold ${held} bytes, the topology needs ${needed}`);
  const keras = kerasVersion(modelTopology, undefined) ?? 2;
  return assemble(
    { file, name, budget, ends },
    topology,
    new Weights(file, entries, fromMemory(parts)),
    keras,
  );
}

const isBuffer = (value: unknown): value is ArrayBuffer =>
  value instanceof ArrayBuffer || Object.prototype.toString.call(value) === '[object ArrayBuffer]';

function assemble(
  { file, name, budget, ends }: Required<Pick<TfjsFiles, 'file' | 'name' | 'budget' | 'ends'>>,
  model: ReturnType<typeof readTopology>,
  weights: Weights,
  keras: number | undefined,
): Network {
  const build = new NetworkBuilder(file, name, budget);
  const network = build.finish(addModel({ build, weights, keras, ends, path: [], place: '' }, model));
  weights.finish();
  return network;
}
