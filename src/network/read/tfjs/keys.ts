import { brief, Config, isObject } from './config.js';

/** Keys that change no output, in any layer: names, and what only matters in training or for building. */
const common = new Set([
  'name',
  'trainable',
  'batch_input_shape',
  'batch_shape',
  'input_shape',
  'input_dim',
  'input_dtype',
  'batch_size',
  'seed',
  'activity_regularizer',
]);
const ofTraining = /_(initializer|regularizer|constraint)$/;

/** Whether a key (in snake_case) changes no output of any layer. */
export const harmlessKey = (key: string): boolean => common.has(key) || ofTraining.test(key);

/** Number formats that differ from f64 in rounding only. */
const floats = ['float16', 'bfloat16', 'float32', 'float64', 'mixed_float16', 'mixed_bfloat16'];
const whole = ['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'];
const policies = ['DTypePolicy', 'FloatDTypePolicy', 'Policy'];

/**
 * Refuses a `dtype` that is more than a rounding: quantized policies, texts, flags. Inputs of whole numbers are taken,
 * since every layer casts them.
 */
export function checkDtype(config: Config, input: boolean): void {
  const given = config.get('dtype');
  if (given === undefined) return;
  let name: unknown = given;
  if (isObject(given)) {
    const policy = new Config(given, config.where);
    const kind = policy.text('class_name');
    if (!policies.includes(kind))
      throw config.error(`its dtype is a ${kind}; only plain float formats can be read, save it unquantized`);
    name = policy.object('config').get('name');
  }
  if (typeof name === 'string' && (floats.includes(name) || (input && whole.includes(name)))) return;
  throw config.error(
    `its dtype is ${brief(name)}; only plain float formats can be read: ${floats.join(', ')}`,
  );
}

/**
 * Refuses a class that is not Keras's own though it may bear the same name: what it computes is unknown. `entry` is the
 * object that holds `class_name`.
 */
export function checkOwner(entry: Config, kind: string): void {
  const registered = entry.get('registered_name');
  const module = entry.get('module');
  const foreign = typeof module === 'string' && !/^(builtins$|(tf_)?keras\b|tensorflow\b)/.test(module);
  if (foreign || (typeof registered === 'string' && registered.includes('>'))) {
    throw entry.error(
      `${kind} is a custom class (${[module, registered].filter((part) => typeof part === 'string').join(', ')}), which cannot be read; replace it by layers of Keras`,
    );
  }
}
