import { join } from 'node:path';
import { Command } from 'commander';
import { exportDerivatives, InputError } from '../index.js';
import { openFolder, writeWhole } from '../runtime/node/draft.js';
import { type NetworkFlags, networkOptions, openNetwork } from './network.js';
import { print, printJson } from './output.js';

interface ExportFlags extends NetworkFlags {
  readonly derivatives: string;
  readonly name: string;
  readonly json: boolean;
}

/** `graybox export NETWORK --derivatives DIR`: the network and its derivatives as ONNX files for CasADi. */
export function exportCommand(): Command {
  const command = new Command('export')
    .description("write a network and its derivatives as ONNX files that CasADi 3.8's GraphBuilder reads")
    .argument('<network>', '.onnx, .keras or .h5 file, or folder or model.json of a tfjs model')
    .requiredOption('--derivatives <folder>', 'where to write f.onnx, adj_f.onnx and fwd_adj_f.onnx')
    .option('--name <name>', 'f in the names of the files', 'f')
    .option('--json', 'print one JSON object', false);
  for (const option of networkOptions()) command.addOption(option);
  return command.action(async (path: string, flags: ExportFlags) => {
    const network = await openNetwork(path, flags);
    const files = exportDerivatives(network, { name: flags.name, limits: flags.limit });
    if (flags.derivatives === '') throw new InputError('--derivatives: name a folder');
    openFolder(flags.derivatives);
    for (const { name, bytes } of files) writeWhole(join(flags.derivatives, name), bytes);
    const written = files.map(({ name, bytes }) => ({
      file: join(flags.derivatives, name),
      bytes: bytes.length,
    }));
    if (flags.json) {
      printJson({ inputs: network.inputSize, outputs: network.outputSize, files: written });
      return;
    }
    for (const { file, bytes } of written) print(`${file}: ${bytes.toLocaleString('en-US')} bytes`);
    print(
      `\nf = casadi.GraphBuilder(${JSON.stringify(written[0]!.file)}).create(${JSON.stringify(flags.name)})`,
    );
  });
}
