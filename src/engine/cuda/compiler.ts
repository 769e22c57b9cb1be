import { CudaError } from './cuda.js';
import { foreignFunctions, loadLibrary } from './foreign.js';
import { findLibrary } from './libraries.js';

/** NVRTC, NVIDIA's compiler as a library; it needs no card. */
export interface Compiler {
  /** With its version. */
  readonly name: string;
  /** CUDA C++ as machine code for an architecture as `sm_90`. */
  compile(source: string, architecture: string): Uint8Array;
}

/** Opens NVRTC as it is installed here. */
export function openCompiler(): Compiler {
  const builtins = findLibrary('builtins');
  // NVRTC asks for it by its bare name, which the loader knows only once it is there.
  if (builtins) foreignFunctions().load(builtins.path, { global: true });
  const { functions: nvrtc } = loadLibrary('nvrtc', [
    'int nvrtcVersion(void *, void *)',
    'int nvrtcCreateProgram(void *, const char *, const char *, int, void *, void *)',
    'int nvrtcCompileProgram(void *, int, const char **)',
    'int nvrtcDestroyProgram(void *)',
    'int nvrtcGetCUBINSize(void *, void *)',
    'int nvrtcGetCUBIN(void *, void *)',
    'int nvrtcGetProgramLogSize(void *, void *)',
    'int nvrtcGetProgramLog(void *, void *)',
  ]);
  const ok = (call: string, code: number, told = `error ${code}`): void => {
    if (code !== 0) throw new CudaError(call, told);
  };
  const [major, minor] = [new Int32Array(1), new Int32Array(1)];
  ok('nvrtcVersion', nvrtc.nvrtcVersion(major, minor));
  return {
    name: `nvrtc ${major[0]}.${minor[0]}`,
    compile(source, architecture) {
      const program = new BigUint64Array(1);
      ok('nvrtcCreateProgram', nvrtc.nvrtcCreateProgram(program, source, 'graybox.cu', 0, null, null));
      const size = new BigUint64Array(1);
      try {
        const options = [`--gpu-architecture=${architecture}`, '--fmad=true'];
        const code = nvrtc.nvrtcCompileProgram(program[0], options.length, options);
        if (code !== 0) {
          nvrtc.nvrtcGetProgramLogSize(program[0], size);
          const log = new Uint8Array(Number(size[0]));
          nvrtc.nvrtcGetProgramLog(program[0], log);
          const told = new TextDecoder().decode(log).replaceAll('\0', '').trim();
          throw new CudaError('nvrtcCompileProgram', told.split('\n')[0] || `error ${code}`);
        }
        ok('nvrtcGetCUBINSize', nvrtc.nvrtcGetCUBINSize(program[0], size));
        const binary = new Uint8Array(Number(size[0]));
        ok('nvrtcGetCUBIN', nvrtc.nvrtcGetCUBIN(program[0], binary));
        return binary;
      } finally {
        nvrtc.nvrtcDestroyProgram(program);
      }
    },
  };
}
