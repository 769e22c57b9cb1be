import {
  evaluate,
  InputError,
  isSolved,
  type Network,
  openOracle,
  progressPrinter,
  shown,
  solve,
} from '../index.js';
import { findData, requireData } from '../scenarios/data.js';
import { attackFreeRadius } from '../scenarios/mnist/certificate.js';
import { drawnDigit } from '../scenarios/mnist/digit.js';
import { readImage } from '../scenarios/mnist/image.js';
import { drawPicture } from '../scenarios/mnist/picture.js';
import { adversarialImage, CLASSES } from '../scenarios/mnist/problem.js';
import { TARGETS } from '../scenarios/mnist/targets.js';
import { exitCode } from './exit-code.js';
import { interruptible } from './interruption.js';
import {
  engineChoice,
  type MnistFlags,
  networkFor,
  type Reference,
  statementChoice,
  testImages,
} from './mnist-inputs.js';
import { type LimitFlags, type SolveFlags, solverSettings } from './options.js';
import { print, remark, toJson } from './output.js';
import { Outputs } from './outputs.js';
import { resultJson, summary } from './report.js';

const DEFAULT_SAMPLE = 6;

/** `graybox solve mnist`; returns the exit code. */
export async function solveMnist(flags: SolveFlags & MnistFlags): Promise<number> {
  if (flags.concurrency !== undefined)
    throw new InputError('--concurrency belongs to --samples: one image is solved by one solve');
  const settings = solverSettings(flags);
  const say = flags.json ? remark : print;
  const log: string[] = [];
  const tell = (line: string): void => {
    log.push(shown(line));
    say(line);
  };
  const network = await networkFor(flags);
  const reference = readReference(flags);
  const before = await classify(network, reference.pixels, flags);
  const seen = before.indexOf(Math.max(...before));
  const target = flags.target ?? TARGETS[reference.label ?? seen]!;
  if (target === (reference.label ?? seen))
    throw new InputError(`--target ${target}: the image already shows a ${target}: choose another digit`);
  const outputs =
    flags.out === undefined ? undefined : Outputs.open(flags.out, ['picture.png', 'result.json', 'log.txt']);
  try {
    outputs?.tellReplaced(tell);
    tell(`Adversarial image: ${reference.name}, to be taken for a ${target}.`);
    tell(
      `Network ${network.name}: ${network.parameters.toLocaleString('en-US')} parameters; it sees a ${seen} (${percent(before[seen]!)}).\n`,
    );
    const { model, x, y } = adversarialImage({
      network,
      image: reference.pixels,
      target,
      ...statementChoice(flags),
    });
    const solution = await solve(model, {
      ...engineChoice(flags),
      solver: flags.solver,
      ...settings,
      polish: flags.polish,
      signal: interruptible({ elsewhere: outputs !== undefined }),
      started: 0,
      onRemark: tell,
      onIteration: progressPrinter(tell, !flags.json && process.stdout.isTTY === true),
    });
    tell(`\n${summary(solution)}`);

    const image = solution.value(x).data as Float64Array;
    const after = await classify(network, image, flags);
    const best = after.indexOf(Math.max(...after));
    tell(
      `The network now sees a ${best} (${percent(after[best]!)}); target ${target}: ${percent(after[target]!)}.`,
    );
    const change = image.reduce((sum, v, i) => sum + Math.abs(v - reference.pixels[i]!), 0);
    const free =
      flags.certify && isSolved(solution.status)
        ? attackFreeRadius(network, reference.pixels, target, change, flags.probability)
        : undefined;
    if (free)
      tell(
        `No attack is closer than ${free.radius.toFixed(2)} (proved by ${free.bounds} bounds of ${(1000 * free.seconds).toFixed(0)} ms); found ${change.toFixed(2)}.`,
      );
    const json = {
      ...resultJson('mnist', solution, { x: image, y: solution.value(y).data as Float64Array }),
      ...(free && { certificate: { radius: free.radius, found: change, seconds: free.seconds } }),
    };
    const picture = { original: reference.pixels, adversarial: image, before, after, target, change };
    const written =
      outputs?.write(
        [
          ['picture.png', drawPicture(picture)],
          ['result.json', `${toJson(json, 1)}\n`],
        ],
        log,
        tell,
      ) ?? true;
    if (flags.json || !written) print(toJson(json));
    return !written ? exitCode.unwritten : isSolved(solution.status) ? exitCode.done : exitCode.failed;
  } finally {
    outputs?.close();
  }
}

/** The image to start from: the user's picture, a test image, or the drawn digit when there is no data. */
function readReference(flags: MnistFlags & LimitFlags): Reference {
  if (flags.image !== undefined) {
    if (flags.sample !== undefined)
      throw new InputError('--image and --sample exclude each other: give one of them');
    return { pixels: readImage(flags.image, flags.limit && { limits: flags.limit }), name: flags.image };
  }
  const folder = flags.sample === undefined ? findData('mnist') : requireData('mnist');
  if (folder === undefined)
    return {
      ...drawnDigit(),
      name: "a four drawn for this purpose ('graybox data mnist' brings the MNIST test images)",
    };
  return testImages(folder, flags)(flags.sample ?? DEFAULT_SAMPLE);
}

/** Class probabilities of an image, computed by the engine that solves. */
async function classify(network: Network, pixels: Float64Array, flags: SolveFlags): Promise<number[]> {
  if (network.inputSize !== pixels.length || network.outputSize !== CLASSES)
    throw new InputError(
      `--network: ${network.name} maps ${network.inputSize} numbers to ${network.outputSize}; an image has ${pixels.length} pixels, and there are ${CLASSES} classes`,
    );
  // No engine computes quadratic programs.
  if (network.nodes.some(({ op }) => op.kind === 'quadraticProgram'))
    return Array.from(evaluate(network, pixels));
  const oracle = await openOracle(network, { ...engineChoice(flags), kinks: 'allow' });
  try {
    return Array.from(await oracle.value(pixels));
  } finally {
    await oracle.dispose();
  }
}

const percent = (p: number): string => `${(100 * p).toFixed(1)} %`;
