// Imports go only upwards in this table: each room may import the rooms named beside it (and itself).
const rooms = {
  'src/core': [],
  'src/network': ['src/core'],
  'src/derive': ['src/core', 'src/network'],
  'src/engine': ['src/core', 'src/network/graph', 'src/derive'],
  'src/oracle': ['src/core', 'src/engine/contract'],
  'src/problem': ['src/core'],
  'src/elements': ['src/core', 'src/problem'],
  'src/model': ['src/core', 'src/problem'],
  'src/nlp': ['src/core', 'src/problem', 'src/elements', 'src/oracle/contract'],
  'src/formulate': ['src/core', 'src/network', 'src/model', 'src/nlp'],
  'src/grid': ['src/core', 'src/model'],
  'src/read': ['src/core', 'src/problem', 'src/model', 'src/grid'],
  'solvers/linear': ['src/core'],
  'solvers/kkt': ['src/core', 'src/nlp', 'solvers/linear'],
  'solvers/interior-point': ['src/core', 'src/nlp', 'solvers/kkt', 'solvers/linear'],
  'solvers/ipopt': ['src/core', 'src/nlp'],
  'solvers/batch': ['src/core', 'solvers/kkt', 'solvers/linear'],
  layers: ['src/core', 'src/nlp', 'solvers/kkt', 'solvers/linear', 'solvers/batch', 'solvers/cone'],
  runtime: ['src', 'solvers', 'layers'],
  api: ['src', 'solvers', 'layers', 'runtime'],
};
const escaped = (path) => path.replaceAll('/', '\\/');
module.exports = {
  forbidden: [
    ...Object.entries(rooms).map(([room, may]) => ({
      name: `${room} imports only what stands above it`,
      severity: 'error',
      from: { path: `^${escaped(room)}/` },
      to: {
        path: '^(src|solvers|layers|runtime|api|cli|scenarios|bench|test|models|index)',
        pathNot: [room, ...may].map((path) => `^${escaped(path)}(/|\\.|$)`),
      },
    })),
    {
      name: 'scenarios and models use the public API',
      severity: 'error',
      from: { path: '^(scenarios|models)/' },
      // What needs Node comes in through runtime/node.
      to: { path: '^(src|solvers|layers|runtime|cli|bench|test)/', pathNot: '^runtime/node/' },
    },
    {
      name: 'the command uses the public API',
      severity: 'error',
      from: { path: '^cli/' },
      // Files are written through runtime/node.
      to: {
        path: '^(src|solvers|layers|runtime|api|bench|test)/',
        pathNot: '^runtime/node/(draft|lines|compiled)\\.ts$',
      },
    },
    {
      name: 'only these need Node',
      severity: 'error',
      from: {
        path: '^(src|solvers|runtime|api|browser|index|layers)',
        pathNot: '^(runtime/node|solvers/ipopt|src/engine/(onnx|cuda|tfjs))/',
      },
      to: { dependencyTypes: ['core'] },
    },
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nothing unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '(tfjs-node|\\.wasm\\.js)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(assembly/|\\.wasm\\.js$)' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
