import { InputError } from '../../core/errors.js';
import { openCompiler } from './compiler.js';
import { type Address, type Cuda, CudaError, type Handle, type Pinned, type Product } from './cuda.js';
import { foreignFunctions, loadLibrary } from './foreign.js';
import { remedies } from './libraries.js';

/** Threads of a block. */
const block = 256;

const outOfMemory = 2;
const noDevice = 100;

/** cuBLAS counts from here, so that its own codes and those of the driver differ in messages. */
const cublasNames: Readonly<Record<number, string>> = {
  1: 'not initialized',
  3: 'allocation failed',
  7: 'invalid value',
  8: 'architecture mismatch',
  11: 'mapping error',
  13: 'execution failed',
  14: 'internal error',
  15: 'not supported',
};

/** Attributes of a device: the two parts of its architecture. */
const attribute = { major: 75, minor: 76 } as const;

/** The first card of this machine through its driver, cuBLAS and NVRTC; an InputError says what is missing. */
export async function openCuda(): Promise<Cuda> {
  return openCudaNow();
}

/** As `openCuda`, without the promise. */
export function openCudaNow(): Cuda {
  const compiler = openCompiler();
  const { functions: cu } = loadLibrary('driver', [
    'int cuInit(unsigned int)',
    'int cuDriverGetVersion(void *)',
    'int cuGetErrorName(int, void *)',
    'int cuDeviceGetCount(void *)',
    'int cuDeviceGet(void *, int)',
    'int cuDeviceGetName(void *, int, int)',
    'int cuDeviceGetAttribute(void *, int, int)',
    'int cuDevicePrimaryCtxRetain(void *, int)',
    'int cuDevicePrimaryCtxRelease_v2(int)',
    'int cuCtxSetCurrent(void *)',
    'int cuMemGetInfo_v2(void *, void *)',
    'int cuMemAlloc_v2(void *, size_t)',
    'int cuMemFree_v2(uint64_t)',
    'int cuMemHostAlloc(void *, size_t, unsigned int)',
    'int cuMemFreeHost(uint64_t)',
    'int cuMemcpyHtoDAsync_v2(uint64_t, void *, size_t, void *)',
    'int cuMemcpyDtoHAsync_v2(void *, uint64_t, size_t, void *)',
    'int cuStreamCreate(void *, unsigned int)',
    'int cuStreamSynchronize(void *)',
    'int cuStreamBeginCapture_v2(void *, int)',
    'int cuStreamEndCapture(void *, void *)',
    'int cuGraphInstantiateWithFlags(void *, void *, uint64_t)',
    'int cuGraphDestroy(void *)',
    'int cuGraphLaunch(void *, void *)',
    'int cuGraphExecDestroy(void *)',
    'int cuModuleLoadData(void *, void *)',
    'int cuModuleGetFunction(void *, void *, const char *)',
    'int cuLaunchKernel(void *, unsigned int, unsigned int, unsigned int, unsigned int, unsigned int, unsigned int, unsigned int, void *, void *, void *)',
  ]);
  const box = (): BigUint64Array => new BigUint64Array(1);
  const nameOf = (code: number): string => {
    const name = box();
    if (cu.cuGetErrorName(code, name) !== 0 || name[0] === 0n) return `error ${code}`;
    const bytes = new Uint8Array(koffi.view(name[0]!, 64));
    return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  };
  const koffi = foreignFunctions();
  const ok = (call: keyof typeof cu, code: number): void => {
    if (code !== 0) throw new CudaError(call, nameOf(code), code === outOfMemory);
  };
  const begun = cu.cuInit(0);
  const count = new Int32Array(1);
  if (begun === noDevice || (begun === 0 && cu.cuDeviceGetCount(count) === 0 && count[0] === 0))
    throw new InputError(
      "engine cuda: NVIDIA's driver is here, but it finds no card; use device cpu, or look whether nvidia-smi lists one",
    );
  if (begun !== 0)
    throw new InputError(
      `engine cuda: NVIDIA's driver does not start (${nameOf(begun)}); ${remedies.driver}`,
    );
  const driver = new Int32Array(1);
  ok('cuDriverGetVersion', cu.cuDriverGetVersion(driver));
  const compilerMajor = Number(/(\d+)\./.exec(compiler.name)![1]);
  if (Math.floor(driver[0]! / 1000) < compilerMajor)
    throw new InputError(
      `engine cuda: the driver is for CUDA ${Math.floor(driver[0]! / 1000)}, libnvrtc is of CUDA ${compilerMajor}: install a newer driver, or nvidia-cublas-cu12 and nvidia-cuda-nvrtc-cu12`,
    );
  const device = new Int32Array(1);
  ok('cuDeviceGet', cu.cuDeviceGet(device, 0));
  const nameBytes = new Uint8Array(256);
  ok('cuDeviceGetName', cu.cuDeviceGetName(nameBytes, nameBytes.length, device[0]));
  const [major, minor] = [new Int32Array(1), new Int32Array(1)];
  ok('cuDeviceGetAttribute', cu.cuDeviceGetAttribute(major, attribute.major, device[0]));
  ok('cuDeviceGetAttribute', cu.cuDeviceGetAttribute(minor, attribute.minor, device[0]));
  const context = box();
  ok('cuDevicePrimaryCtxRetain', cu.cuDevicePrimaryCtxRetain(context, device[0]));
  ok('cuCtxSetCurrent', cu.cuCtxSetCurrent(context[0]));
  // A thread that leaves gives back what it had on the card, whatever it was doing.
  process.once('exit', () => void cu.cuDevicePrimaryCtxRelease_v2(device[0]));
  const streamBox = box();
  // Does not wait for the default stream.
  ok('cuStreamCreate', cu.cuStreamCreate(streamBox, 1));
  const stream = streamBox[0]!;
  const blas = openCublas(stream);
  const architecture = `sm_${major[0]}${minor[0]}`;

  return {
    card: new TextDecoder().decode(nameBytes.subarray(0, nameBytes.indexOf(0))),
    architecture,
    compiler: compiler.name,
    stream,
    memory() {
      const [free, total] = [box(), box()];
      ok('cuMemGetInfo_v2', cu.cuMemGetInfo_v2(free, total));
      return { free: Number(free[0]), total: Number(total[0]) };
    },
    allocate(bytes) {
      const address = box();
      ok('cuMemAlloc_v2', cu.cuMemAlloc_v2(address, Math.max(1, bytes)));
      return address[0]!;
    },
    free: (address) => ok('cuMemFree_v2', cu.cuMemFree_v2(address)),
    pin(bytes): Pinned {
      const address = box();
      ok('cuMemHostAlloc', cu.cuMemHostAlloc(address, Math.max(1, bytes), 0));
      return { address: address[0]!, memory: koffi.view(address[0]!, Math.max(1, bytes)) };
    },
    unpin: ({ address }) => ok('cuMemFreeHost', cu.cuMemFreeHost(address)),
    upload(to, from) {
      ok('cuMemcpyHtoDAsync_v2', cu.cuMemcpyHtoDAsync_v2(to, from, from.byteLength, stream));
      ok('cuStreamSynchronize', cu.cuStreamSynchronize(stream));
    },
    copyIn: (to, from, bytes) =>
      ok('cuMemcpyHtoDAsync_v2', cu.cuMemcpyHtoDAsync_v2(to, from.address, bytes, stream)),
    copyOut: (to, at, from, bytes) =>
      ok('cuMemcpyDtoHAsync_v2', cu.cuMemcpyDtoHAsync_v2(to.address + BigInt(at), from, bytes, stream)),
    compile: (source) => compiler.compile(source, architecture),
    load(binary) {
      const module = box();
      ok('cuModuleLoadData', cu.cuModuleLoadData(module, binary));
      return module[0]!;
    },
    kernel(module, name) {
      const kernel = box();
      ok('cuModuleGetFunction', cu.cuModuleGetFunction(kernel, module, name));
      return kernel[0]!;
    },
    launch(kernel, threads, args) {
      const values = new BigInt64Array(args.length);
      args.forEach((arg, k) => {
        values[k] = BigInt.asIntN(64, BigInt(arg));
      });
      const base = koffi.address(values);
      const pointers = BigUint64Array.from(args, (_, k) => base + BigInt(8 * k));
      const blocks = Math.max(1, Math.ceil(threads / block));
      ok('cuLaunchKernel', cu.cuLaunchKernel(kernel, blocks, 1, 1, block, 1, 1, 0, stream, pointers, null));
    },
    multiply: blas,
    capture(work): Handle {
      // Relaxed: other calls of the thread are allowed meanwhile.
      ok('cuStreamBeginCapture_v2', cu.cuStreamBeginCapture_v2(stream, 2));
      const [graph, executable] = [box(), box()];
      try {
        work();
      } finally {
        ok('cuStreamEndCapture', cu.cuStreamEndCapture(stream, graph));
      }
      ok('cuGraphInstantiateWithFlags', cu.cuGraphInstantiateWithFlags(executable, graph[0], 0));
      ok('cuGraphDestroy', cu.cuGraphDestroy(graph[0]));
      return executable[0]!;
    },
    replay: (graph) => ok('cuGraphLaunch', cu.cuGraphLaunch(graph, stream)),
    discard: (graph) => ok('cuGraphExecDestroy', cu.cuGraphExecDestroy(graph)),
    synchronize: () => ok('cuStreamSynchronize', cu.cuStreamSynchronize(stream)),
  };
}

/** Products by cuBLAS on a stream. Its matrices are column-major: it computes `Cᵀ = op(B)ᵀ op(A)ᵀ`. */
function openCublas(stream: Address): (product: Product) => void {
  const kinds = ['D', 'S'] as const;
  const { functions: all } = loadLibrary('cublas', [
    'int cublasCreate_v2(void *)',
    'int cublasSetStream_v2(void *, void *)',
    'int cublasSetMathMode(void *, int)',
    'int cublasDgemmStridedBatched(void *, int, int, int, int, int, void *, uint64_t, int, int64_t, uint64_t, int, int64_t, void *, uint64_t, int, int64_t, int)',
    'int cublasSgemmStridedBatched(void *, int, int, int, int, int, void *, uint64_t, int, int64_t, uint64_t, int, int64_t, void *, uint64_t, int, int64_t, int)',
    'int cublasDgemm_v2(void *, int, int, int, int, int, void *, uint64_t, int, uint64_t, int, void *, uint64_t, int)',
    'int cublasSgemm_v2(void *, int, int, int, int, int, void *, uint64_t, int, uint64_t, int, void *, uint64_t, int)',
    'int cublasDgemv_v2(void *, int, int, int, void *, uint64_t, int, uint64_t, int, void *, uint64_t, int)',
    'int cublasSgemv_v2(void *, int, int, int, void *, uint64_t, int, uint64_t, int, void *, uint64_t, int)',
    'int cublasDsyrkx(void *, int, int, int, int, void *, uint64_t, int, uint64_t, int, void *, uint64_t, int)',
    'int cublasSsyrkx(void *, int, int, int, int, void *, uint64_t, int, uint64_t, int, void *, uint64_t, int)',
  ]);
  const ok = (call: string, code: number): void => {
    // Its own memory may be what is missing.
    if (code !== 0) throw new CudaError(call, cublasNames[code] ?? `error ${code}`, code === 3);
  };
  const handleBox = new BigUint64Array(1);
  ok('cublasCreate', all.cublasCreate_v2(handleBox));
  const handle = handleBox[0]!;
  ok('cublasSetStream', all.cublasSetStream_v2(handle, stream));
  const numbers = {
    D: { one: new Float64Array([1]), zero: new Float64Array([0]) },
    S: { one: new Float32Array([1]), zero: new Float32Array([0]) },
  } as const;
  const [upper, transposed, asIs] = [1, 1, 0];
  let mode = -1;
  return ({ float, tf32, m, n, k, a, b, c, transposeA, transposeB, add, count, stride, lower }) => {
    const kind = kinds[float === 'f64' ? 0 : 1]!;
    const { one, zero } = numbers[kind];
    const beta = add ? one : zero;
    // 3: tf32 where it is faster.
    const wanted = tf32 ? 3 : 0;
    if (wanted !== mode) ok('cublasSetMathMode', all.cublasSetMathMode(handle, wanted));
    mode = wanted;
    const [opA, opB] = [transposeA ? transposed : asIs, transposeB ? transposed : asIs];
    const [ldA, ldB] = [transposeA ? m : k, transposeB ? k : n];
    if (lower) {
      // The lower triangle by rows is the upper one by columns.
      const call = all[`cublas${kind}syrkx`];
      ok('cublasDsyrkx', call(handle, upper, transposed, n, k, one, b, k, a, k, beta, c, n));
    } else if (count > 1) {
      const call = all[`cublas${kind}gemmStridedBatched`];
      const code = call(
        handle,
        opB,
        opA,
        n,
        m,
        k,
        one,
        b,
        ldB,
        stride.b,
        a,
        ldA,
        stride.a,
        beta,
        c,
        n,
        stride.c,
        count,
      );
      ok('cublasDgemmStridedBatched', code);
    } else if (m === 1) {
      // A row times a matrix is the transpose, which cuBLAS sees, times a column.
      const [rows, columns] = transposeB ? [k, n] : [n, k];
      const call = all[`cublas${kind}gemv_v2`];
      const code = call(
        handle,
        transposeB ? transposed : asIs,
        rows,
        columns,
        one,
        b,
        rows,
        a,
        1,
        beta,
        c,
        1,
      );
      ok('cublasDgemv', code);
    } else {
      const call = all[`cublas${kind}gemm_v2`];
      ok('cublasDgemm', call(handle, opB, opA, n, m, k, one, b, ldB, a, ldA, beta, c, n));
    }
  };
}
