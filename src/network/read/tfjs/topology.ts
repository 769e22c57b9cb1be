import type { Budget } from '../../../core/budget.js';
import type { InputError } from '../../../core/errors.js';
import { readJson } from '../../../core/json.js';
import { type NetworkBuilder, show } from '../../build.js';
import { checkLengths, chosenInputs, chosenOutputs, lengthGiven, type NetworkEnds } from '../ends.js';
import { nearest } from '../nearest.js';
import type { Call, OwnWeights } from './call.js';
import { Config, isObject, type Json } from './config.js';
import {
  allTensors,
  type Connection,
  connected,
  type Reference,
  readConnection,
  readReference,
  tensorsOf,
} from './connections.js';
import { checkDtype, checkOwner, harmlessKey } from './keys.js';
import { harmlessKeys, layerRules } from './layers.js';
import { operationRules } from './operations.js';
import type { LayerWeights, Weights } from './weights.js';

const containers = ['Sequential', 'Functional', 'Model'];

/** What all layers of one network share. */
interface Context {
  readonly build: NetworkBuilder;
  readonly weights: Weights;
  /** The major version of Keras whose definitions hold, where the file tells. */
  readonly keras: number | undefined;
  /** Names of the enclosing models, outermost first, and their place in a Keras 3 checkpoint: `layers/sequential/`. */
  readonly path: readonly string[];
  readonly place: string;
  /** What was asked of the outermost model's inputs and outputs. */
  readonly ends: NetworkEnds;
}

/** One layer as the topology lists it. */
interface Layer {
  readonly name: string;
  readonly kind: string;
  readonly config: Config;
  readonly entry: Config;
  /** Where a Keras 3 checkpoint holds it: `layers/dense_1`. */
  readonly place: string;
}

/** Adds a model and returns its output nodes. `inputs` are the nodes it is called on, absent for the outermost. */
export function addModel(context: Context, entry: Config, inputs?: readonly number[]): readonly number[] {
  const kind = entry.text('class_name');
  if (kind === 'Sequential') return addSequential(context, entry, inputs);
  if (kind === 'Functional' || kind === 'Model') return addFunctional(context, entry, inputs);
  throw entry.error(`the model is a ${kind}; supported are Sequential and functional models`);
}

/** The layers of one model. */
function readLayers(context: Context, list: readonly unknown[], where: Config): Layer[] {
  const seen = new Map<string, number>();
  return list.map((value) => {
    const layer = readLayer(context, value, where);
    // Keras 3 numbers the layers of one class within a model: dense, dense_1, … (its saving_lib.py).
    const kind = snakeCase(classNames.get(layer.kind) ?? layer.kind);
    const count = seen.get(kind) ?? 0;
    seen.set(kind, count + 1);
    return { ...layer, place: `${context.place}layers/${count === 0 ? kind : `${kind}_${count}`}` };
  });
}

/** Layers that Keras offers under another name than their class has. */
const classNames = new Map([['GroupQueryAttention', 'GroupedQueryAttention']]);

const snakeCase = (kind: string): string =>
  kind
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

function readLayer(context: Context, value: unknown, where: Config): Omit<Layer, 'place'> {
  if (!isObject(value)) throw where.error('a layer is not an object; save the network again');
  const bare = new Config(value, where.where);
  const kind = bare.text('class_name');
  const settings = bare.get('config');
  // A Sequential of old Keras has a list of layers for a configuration.
  const json: Json = isObject(settings) ? settings : {};
  const name = new Config(json, where.where).text('name', bare.text('name', kind));
  const { budget } = context.build;
  for (const { length } of [name, bare.text('name', name)])
    budget.check('name', length, `${where.where}: the name of a layer`);
  budget.check('name', kind.length, `${where.where}: the class of a layer`);
  const label = `${context.build.file}: layer "${name}"`;
  if (kind !== 'Sequential' && !isObject(settings))
    throw new Config(json, label).error('has no configuration');
  const entry = new Config(value, label);
  checkOwner(entry, kind);
  return { name, kind, config: new Config(json, label), entry };
}

const inside = (context: Context, { name, place }: Layer): Context => ({
  ...context,
  path: [...context.path, name],
  place: `${place}/`,
});

/** A call on one tensor. */
const calledOn = (node: number): Connection<number> => ({ positional: [{ tensor: node }], named: {} });

/** A layer of Keras, or an operation of `keras.ops` where the file says so. */
function ruleOf(context: Context, layer: Layer) {
  const module = layer.entry.get('module');
  // HDF5 files leave the module out; operations, which are connected, have no setting "trainable" as every layer has.
  const recent = context.keras !== undefined && context.keras >= 3 && module === undefined;
  const connected = layer.entry.get('inbound_nodes') !== undefined;
  const alone = recent && connected && !Object.hasOwn(layer.config.json, 'trainable');
  const operation =
    typeof module === 'string'
      ? module.startsWith('keras.src.ops')
      : alone && Object.hasOwn(operationRules, layer.kind);
  const table = operation ? operationRules : layerRules;
  if (Object.hasOwn(table, layer.kind)) return table[layer.kind]!;
  const name = layer.kind.slice(0, 24);
  throw context.build.error(
    layer.name,
    `${name} ${operation ? 'operations' : 'layers'} cannot be read; nearest is ${nearest(layer.kind, Object.keys(table))}`,
  );
}

/** Calls a layer that is not an input layer. */
function callLayer(context: Context, layer: Layer, connection: Connection<number>): readonly number[] {
  const { build, weights, path, keras } = context;
  // Layers that add no operation count as well: models inside one another multiply their calls.
  build.budget.take('nodes', 1, `${build.file}: layer "${layer.name}"`);
  if (containers.includes(layer.kind)) {
    return addModel(inside(context, layer), layer.entry, connection.positional.flatMap(tensorsOf));
  }
  const rule = ruleOf(context, layer);
  checkDtype(layer.config, false);
  const asked = new Set<string>();
  const first = connection.positional[0];
  const call: Call = {
    build,
    layer: layer.name,
    config: layer.config,
    keras,
    inputs: first === undefined ? allTensors(connection) : tensorsOf(first),
    positional: connection.positional,
    model: (entry, name, place) => {
      if (!containers.includes(entry.text('class_name'))) return undefined;
      const within = {
        ...context,
        path: [...path, layer.name, name],
        place: `${layer.place}/${place}/`,
      };
      return (node) => addModel(within, entry, [node]);
    },
    named: (key) => {
      asked.add(key);
      return connection.named[key];
    },
    ...owning(build, weights.of([...path, layer.name], layer.place)),
  };
  const result = rule(call);
  checkArguments(build, connection, asked, layer.config);
  const own = harmlessKeys[layer.kind] ?? [];
  layer.config.finish(`a ${layer.kind} layer`, (key) => harmlessKey(key) || own.includes(key));
  return typeof result === 'number' ? [result] : result;
}

/** Weights that are counted when they are first taken. */
const owning = (build: NetworkBuilder, weights: LayerWeights): OwnWeights => ({
  weight(name, shape) {
    const { tensor, fresh } = weights.take(name, shape);
    build.count(fresh);
    return tensor;
  },
  has: (name) => weights.has(name),
  ignore: (name) => weights.ignore(name),
  within: (name, place) => owning(build, weights.within(name, place)),
});

/** The batchless input shape a layer declares, if it declares one. */
function declaredShape({ config, name }: Layer, ends: NetworkEnds = {}): readonly number[] | undefined {
  const key = config.get('batch_input_shape') === undefined ? 'batch_shape' : 'batch_input_shape';
  if (config.get(key) === undefined) return undefined;
  const shape = config.list(key);
  const fail = (problem: string): InputError => config.error(problem);
  const lengths = shape.map((length, axis) => length ?? lengthGiven(ends, [`${name}.${axis}`], fail) ?? null);
  const odd = lengths.findIndex(
    (length, axis) => axis > 0 && !(Number.isSafeInteger(length) && (length as number) > 0),
  );
  if (shape.length < 2 || odd > 0)
    throw config.error(
      `the input shape ${JSON.stringify(shape)} is not fixed: ${odd > 0 && shape[odd] === null ? `give shapes: { "${name}.${odd}": … }` : 'give every axis but the first (the batch) a length and save again'}`,
    );
  return lengths.slice(1) as number[];
}

/** Axes of an input without a length, as they are called. */
const openAxes = ({ config, name }: Layer): string[] => {
  const shape = config.get('batch_input_shape') ?? config.get('batch_shape');
  return Array.isArray(shape)
    ? shape.flatMap((length, axis) => (length === null ? [`${name}.${axis}`] : []))
    : [];
};

/** The node a model's input stands for: a new network input, or the node the model is called on. */
function bind(context: Context, layer: Layer, given: number | undefined): number {
  const shape = declaredShape(layer, given === undefined ? context.ends : {});
  if (layer.kind === 'InputLayer') {
    checkDtype(layer.config, true);
    for (const key of ['sparse', 'ragged', 'optional'])
      layer.config.only(key, false, 'only dense inputs that are always there can be read');
    layer.config.finish('an InputLayer', harmlessKey);
  }
  if (given === undefined) {
    if (!shape)
      throw layer.config.error(
        'the input shape is missing; build the model with an inputShape and save again',
      );
    return context.build.input(layer.name, shape);
  }
  if (shape && show(shape) !== show(context.build.shape(given))) {
    throw layer.config.error(
      `is declared for inputs ${show(shape)} and called on ${show(context.build.shape(given))}`,
    );
  }
  return given;
}

function addSequential(context: Context, entry: Config, inputs?: readonly number[]): readonly number[] {
  const settings = entry.get('config');
  let list: readonly unknown[];
  if (Array.isArray(settings)) list = settings;
  else {
    const config = entry.object('config');
    list = config.list('layers');
    checkDtype(config, false);
    config.finish('a Sequential model', (key) => harmlessKey(key) || key === 'build_input_shape');
  }
  const layers = readLayers(context, list, entry);
  const first = layers[0];
  if (!first) throw entry.error('the model has no layers');
  if (inputs !== undefined && inputs.length !== 1) {
    throw entry.error(`is called on ${inputs.length} inputs, expected one`);
  }
  if (inputs === undefined && context.path.length === 0) {
    const fail = (problem: string): InputError => entry.error(problem);
    chosenInputs([first.name], context.ends.inputs, fail);
    chosenOutputs([layers.at(-1)!.name], context.ends.outputs, fail);
    if (!containers.includes(first.kind)) checkLengths(context.ends, openAxes(first), fail);
  }
  let nodes: readonly number[];
  if (inputs === undefined && containers.includes(first.kind)) {
    nodes = addModel(inside(context, first), first.entry);
    layers.shift();
  } else {
    nodes = [bind(context, first, inputs?.[0])];
    if (first.kind === 'InputLayer') layers.shift();
    if (layers.length === 0) throw entry.error('the model has no layers besides its input');
  }
  for (const layer of layers) {
    const [node] = nodes;
    if (nodes.length !== 1 || node === undefined)
      throw layer.config.error(`is called on ${nodes.length} inputs, expected one`);
    nodes = callLayer(context, layer, calledOn(node));
  }
  return nodes;
}

/** Refuses what a call passes besides what its layer asks for, unless it says what holds at inference anyway. */
function checkArguments(
  build: NetworkBuilder,
  { named }: Connection<number>,
  asked: ReadonlySet<string>,
  where: Config,
): void {
  const rest = Object.entries(named).filter(
    ([key, own]) =>
      !asked.has(key) &&
      !(
        key.endsWith('mask') &&
        tensorsOf(own).length > 0 &&
        tensorsOf(own).every((node) => isOnes(build, node))
      ),
  );
  const plain = rest.map(([key, own]) => [key, 'constant' in own ? own.constant : 'a tensor'] as const);
  const call = new Config(Object.fromEntries(plain), where.where);
  call.only('training', false, 'only what a layer computes at inference can be read');
  call.finish('its call', (key) => key === 'name');
}

/** Whether a node is 1 whatever the inputs are, as masks are that hide nothing. */
function isOnes(build: NetworkBuilder, node: number): boolean {
  const { op, inputs } = build.node(node);
  if (op.kind === 'reshape' || op.kind === 'maximum') return isOnes(build, inputs[0]!);
  return (
    op.kind === 'scale' && op.scale.data.every((own) => own === 0) && op.shift.data.every((own) => own === 1)
  );
}

/**
 * `[layer, call, tensor]` or a list of them; Keras names them by key where a model was made of dictionaries, and takes them
 * `sorted` where the model is called.
 */
function readReferences(config: Config, key: string, sorted: boolean): Reference[] {
  const given = config.get(key);
  const keys = isObject(given) ? Object.keys(given) : [];
  const list = isObject(given) ? (sorted ? keys.sort() : keys).map((name) => given[name]) : config.list(key);
  return (typeof list[0] === 'string' ? [list] : list).map((value) => readReference(value, config));
}

function addFunctional(context: Context, entry: Config, given?: readonly number[]): readonly number[] {
  const config = entry.object('config');
  const layers = readLayers(context, config.list('layers'), entry);
  if (layers.length === 0) throw entry.error('the model has no layers');
  if (layers.every(({ kind }) => kind === 'InputLayer'))
    throw entry.error('the model has no layers besides its inputs');
  const outermost = given === undefined && context.path.length === 0;
  const ends = outermost ? context.ends : {};
  const fail = (problem: string): InputError => entry.error(problem);
  const allInputs = readReferences(config, 'input_layers', given !== undefined);
  const inputs = chosenInputs(
    allInputs.map(({ layer }) => layer),
    ends.inputs,
    fail,
  ).map((k) => allInputs[k]!);
  const allOutputs = readReferences(config, 'output_layers', given !== undefined);
  const outputs = chosenOutputs(
    allOutputs.map(({ layer, tensor }) => (tensor === 0 ? layer : `${layer}:${tensor}`)),
    ends.outputs,
    fail,
  ).map((k) => allOutputs[k]!);
  if (outermost) checkLengths(ends, layers.flatMap(openAxes), fail);
  checkDtype(config, false);
  config.finish('a functional model', harmlessKey);
  if (given && given.length !== inputs.length) {
    throw entry.error(`is called on ${given.length} inputs, expected ${inputs.length}`);
  }

  const byName = new Map<string, Layer>();
  const calls = new Map<string, Connection<Reference>[]>();
  for (const layer of layers) {
    const name = layer.entry.text('name', layer.name);
    if (byName.has(name))
      throw layer.config.error('the name occurs twice in one model; rename one and save again');
    byName.set(name, layer);
    calls.set(
      name,
      layer.entry.list('inbound_nodes', []).map((call) => readConnection(call, layer.config)),
    );
  }

  // A nested model counts its own making as call 0, so calls from outside begin at 1. Keras 3 leaves it out where calls are
  // connected, and so do some versions before it; it counts it for what the model gives, unless that is a Sequential's.
  const recent = context.keras !== undefined && context.keras >= 3;
  const connections = [...calls.values()].flat().flatMap(allTensors);
  const fromZero = new Set(
    (recent ? connections : [...outputs, ...connections])
      .filter(({ call }) => call === 0)
      .map(({ layer }) => layer),
  );
  const firstCall = (name: string, { kind }: Layer): number =>
    containers.includes(kind) && !recent && !fromZero.has(name) ? 1 : 0;
  const ended = outputs.map((own): Reference => {
    const kind = byName.get(own.layer)?.kind ?? '';
    const counted = recent && containers.includes(kind) && kind !== 'Sequential' && own.call > 0;
    return counted ? { ...own, call: own.call - 1 } : own;
  });

  const done = new Map<string, readonly number[]>();
  inputs.forEach(({ layer: name }, k) => {
    const layer = byName.get(name);
    if (layer?.kind !== 'InputLayer')
      throw entry.error(`the model's input "${name}" is not an input layer of it`);
    if (done.has(`${name}/0`)) throw entry.error(`the model lists its input "${name}" twice`);
    done.set(`${name}/0`, [bind(context, layer, given?.[k])]);
  });

  /** A call that waits for the nodes of what it is called on. */
  interface Waiting {
    readonly key: string;
    readonly layer: Layer;
    readonly connection: Connection<Reference>;
    /** The tensors of the connection, in order, and the nodes found for them. */
    readonly from: readonly Reference[];
    readonly nodes: number[];
  }
  const open = new Set<string>();
  const waitingFor = ({ layer: name, call }: Reference, key: string, asker: Config): Waiting => {
    const layer = byName.get(name);
    if (!layer) throw asker.error(`it is connected to "${name}", which the model does not have`);
    if (layer.kind === 'InputLayer') throw layer.config.error('is not among the inputs of its model');
    const connection = calls.get(name)![call - firstCall(name, layer)];
    if (!connection) throw asker.error(`it is connected to call ${call} of "${name}", which does not exist`);
    if (open.has(key)) throw layer.config.error('depends on its own output');
    open.add(key);
    return { key, layer, connection, from: allTensors(connection), nodes: [] };
  };
  /** The node of a tensor; calls that are not made yet are, without recursion: chains may be long. */
  const resolve = (wanted: Reference): number => {
    const alone: Connection<Reference> = { positional: [{ tensor: wanted }], named: {} };
    const root: Waiting = { key: '', layer: layers[0]!, connection: alone, from: [wanted], nodes: [] };
    const stack = [root];
    while (root.nodes.length === 0) {
      const top = stack.at(-1)!;
      const next = top.from[top.nodes.length];
      if (next === undefined) {
        let at = 0;
        const onNodes = connected(top.connection, () => top.nodes[at++]!);
        done.set(top.key, callLayer(context, top.layer, onNodes));
        stack.pop();
        continue;
      }
      const asker = top === root ? entry : top.layer.config;
      const key = `${next.layer}/${next.call}`;
      const made = done.get(key);
      if (made === undefined) {
        stack.push(waitingFor(next, key, asker));
        continue;
      }
      const node = made[next.tensor];
      if (node === undefined)
        throw asker.error(
          `it is connected to output ${next.tensor} of "${next.layer}", which does not exist`,
        );
      top.nodes.push(node);
    }
    return root.nodes[0]!;
  };
  return ended.map(resolve);
}

/**
 * The major version of Keras whose definitions hold: Keras writes `keras_version` beside the model, and its converter
 * `generatedBy`; tfjs follows Keras 2.
 */
export function kerasVersion(topology: unknown, generatedBy: unknown): number | undefined {
  const version = isObject(topology) ? new Config(topology, '').get('keras_version') : undefined;
  for (const text of [version, generatedBy]) {
    if (typeof text !== 'string') continue;
    if (/tfjs/i.test(text)) return 2;
    const found = /^(?:keras v)?(\d+)\./.exec(text);
    if (found) return Number(found[1]);
  }
  return undefined;
}

/** Finds the model inside `modelTopology`: tfjs writes it directly, Keras's converter under `model_config`. */
export function readTopology(
  topology: unknown,
  file: string,
  fail: (problem: string) => InputError,
  budget: Budget,
): Config {
  if (!isObject(topology)) throw fail('has no modelTopology; it is not a tfjs LayersModel');
  let model: unknown = topology['model_config'] ?? topology['modelConfig'] ?? topology;
  if (typeof model === 'string') model = readJson(model, `${file}: model_config`, budget);
  if (!isObject(model)) throw fail('modelTopology holds no model; it is not a tfjs LayersModel');
  return new Config(model, file);
}
