// Translates a WebAssembly module into plain JavaScript, for processes that cannot reserve the address space of a
// WebAssembly memory. Vectors become their lanes, which compute the same numbers; Binaryen does the rest (`wasm2js`).
import binaryen from 'binaryen';

/** A CommonJS module that exports a function `(imports) => exports`; `imports.env.memory` holds a `buffer`. */
export function toJavaScript(binary) {
  const module = binaryen.readBinary(binary);
  module.setFeatures(binaryen.Features.All);
  // Operands become locals and constants, so that each may stand in the code of every lane.
  module.runPasses(['flatten']);
  const scalar = binaryen.parseText(print(parse(module.emitText()).map(withoutVectors)));
  scalar.setFeatures(binaryen.Features.BulkMemory | binaryen.Features.BulkMemoryOpt);
  if (!scalar.validate()) throw new Error('kernels without vectors are no valid WebAssembly');
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  scalar.optimize();
  return asFunction(scalar.emitAsmjs());
}

/** Most pages of a memory, so that addresses are positive as signed numbers. */
const mostPages = 32767;

/** What Binaryen makes one instance of becomes a function; a memory that cannot grow says so. */
function asFunction(text) {
  const body = replaced(text, /^(import \* as \w+ from '\w+';\s*)+/, '', false);
  const [code] = body.split(/^var memasmFunc/m);
  const grows = /if \(\(oldPages < newPages\)[^{]*\{\s*var newBuffer = new ArrayBuffer\(newPages << 16\);/;
  const growing = replaced(
    code,
    grows,
    `if (pagesToAdd < 0 || newPages > ${mostPages}) return -1;
  if (oldPages < newPages) {
   var newBuffer;
   try { newBuffer = new ArrayBuffer(newPages << 16); } catch (error) { return -1; }`,
  );
  const seen = replaced(growing, /(var HEAPU8 = new Uint8Array\(buffer\);)/, '$1\n bufferView = HEAPU8;');
  return `'use strict';\nmodule.exports = (imports) => {\n${seen}\nreturn asmFunc(imports);\n};\n`;
}

function replaced(text, pattern, by, required = true) {
  if (required && !pattern.test(text)) throw new Error(`Binaryen writes no ${pattern} any more`);
  return text.replace(pattern, by);
}

/** S-expressions of WebAssembly's text format as nested lists of strings. */
function parse(text) {
  const stack = [[]];
  for (const [token] of text.matchAll(/;;[^\n]*|"(?:[^"\\]|\\.)*"|[()]|[^\s()";]+/g)) {
    if (token.startsWith(';;')) continue;
    if (token === '(') stack.push([]);
    else if (token === ')') stack.at(-2).push(stack.pop());
    else stack.at(-1).push(token);
  }
  return stack[0];
}

const print = (list) => list.map((item) => (Array.isArray(item) ? `(${print(item)})` : item)).join(' ');

const lanesOf = { f64: 2, f32: 4, i32: 4 };
const bytesOf = { f64: 8, f32: 4, i32: 4 };

/** A module's fields with every function's vectors taken apart. */
function withoutVectors(node) {
  if (!Array.isArray(node)) return node;
  if (node[0] === 'module') return node.map(withoutVectors);
  return node[0] === 'func' ? scalarFunction(node) : node;
}

function scalarFunction(func) {
  const text = print(func);
  const wide = text.includes('f64x2.');
  const narrow = text.includes('f32x4.');
  if (wide && narrow) throw new Error(`${func[1]}: vectors of f64 and of f32 in one function`);
  // What only moves vectors does not tell what they hold: words of 32 bits are moved as they are.
  const float = narrow ? 'f32' : wide ? 'f64' : 'i32';
  const vectors = new Set();
  for (const part of func)
    if (Array.isArray(part) && part[2] === 'v128') {
      if (part[0] !== 'local') throw new Error(`${func[1]}: a vector as ${part[0]}`);
      vectors.add(part[1]);
    }
  const lowering = { float, vectors, count: lanesOf[float] };
  return func.flatMap((part) => statements(part, lowering));
}

const lanes = ({ count }) => Array.from({ length: count }, (_, k) => k);

/** What stands in place of one statement. */
function statements(node, lowering) {
  if (!Array.isArray(node)) return [node];
  const [head, ...rest] = node;
  const { float, vectors } = lowering;
  if (head === 'local' && vectors.has(rest[0]))
    return lanes(lowering).map((k) => ['local', `${rest[0]}.${k}`, float]);
  if (head === 'local.set' && vectors.has(rest[0]))
    return lanes(lowering).map((k) => ['local.set', `${rest[0]}.${k}`, lane(rest[1], k, lowering)]);
  if (head === 'v128.store') {
    const { offset, operands } = access(rest);
    const [address, value] = operands;
    return lanes(lowering).map((k) =>
      store(float, offset + k * bytesOf[float], address, lane(value, k, lowering)),
    );
  }
  if (head === `${lowering.float}x${lowering.count}.extract_lane`)
    return [lane(rest[1], Number(rest[0]), lowering)];
  // Arguments that are not finite were sorted out before; JavaScript's own conversion serves.
  const truncation = /^(i32|i64)\.trunc_sat_(f64_[su])$/.exec(head);
  if (truncation)
    return [
      [`${truncation[1]}.trunc_${truncation[2]}`, ...rest.flatMap((part) => statements(part, lowering))],
    ];
  if (/^(v128|[fi]\d+x\d+)\./.test(head)) throw new Error(`no scalar form of ${head} here`);
  return [node.flatMap((part) => statements(part, lowering))];
}

/** Lane `k` of a vector expression. */
function lane(node, k, lowering) {
  const { float, count } = lowering;
  const [head, ...rest] = node;
  const of = (vector) => lane(vector, k, lowering);
  const [shape, name] = head.split('.');
  if (head === 'local.get') return ['local.get', `${rest[0]}.${k}`];
  if (head === 'v128.const') return [`${float}.const`, constantLane(rest, k, float)];
  if (shape === 'v128') {
    const { offset, operands, immediate } = access(rest);
    if (name === 'load') return load(float, offset + k * bytesOf[float], operands[0]);
    if (name === `load${8 * bytesOf[float]}_splat`) return load(float, offset, operands[0]);
    if (name === `load${8 * bytesOf[float]}_zero`)
      return k === 0 ? load(float, offset, operands[0]) : [`${float}.const`, '0'];
    if (name === `load${8 * bytesOf[float]}_lane`)
      return k === immediate ? load(float, offset, operands[0]) : of(operands[1]);
  }
  if (shape === `${float}x${count}`) {
    if (/^(add|sub|mul|div|min|max)$/.test(name)) return [`${float}.${name}`, of(rest[0]), of(rest[1])];
    if (name === 'abs') return [`${float}.abs`, of(rest[0])];
    if (name === 'splat') return rest[0];
    if (name === 'replace_lane') return k === Number(rest[0]) ? rest[2] : of(rest[1]);
    // pmax(a, b) is a < b ? b : a.
    if (name === 'pmax')
      return ['select', of(rest[1]), of(rest[0]), [`${float}.lt`, of(rest[0]), of(rest[1])]];
  }
  throw new Error(`no scalar form of ${head}`);
}

/** Offset, lane and operands of a memory access. */
function access(rest) {
  const words = rest.filter((part) => !Array.isArray(part));
  const offset = words.find((word) => word.startsWith('offset='))?.slice(7) ?? 0;
  const immediate = words.find((word) => /^\d+$/.test(word));
  return { offset: Number(offset), immediate: Number(immediate), operands: rest.filter(Array.isArray) };
}

const load = (float, offset, address) => [`${float}.load`, `offset=${offset}`, address];
const store = (float, offset, address, value) => [`${float}.store`, `offset=${offset}`, address, value];

/** `v128.const i32x4 a b c d`. */
function constantLane([shape, ...numbers], k, float) {
  if (shape !== 'i32x4') throw new Error(`a vector constant as ${shape}`);
  const bits = new Uint32Array(numbers.map((number) => Number(number) >>> 0));
  if (float === 'i32') return String(bits[k] | 0);
  const value = (float === 'f64' ? new Float64Array(bits.buffer) : new Float32Array(bits.buffer))[k];
  if (!Number.isFinite(value)) throw new Error('a vector constant that is not finite');
  return Object.is(value, -0) ? '-0' : String(value);
}
