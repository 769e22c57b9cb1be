import type { Distortion } from './augment.js';

/** What a shipped network says about itself: `card.json`. */
export interface Card {
  readonly name: string;
  readonly architecture: string;
  readonly parameters: number;
  readonly input: string;
  readonly output: string;
  readonly data: string;
  readonly distortion: Distortion;
  readonly training: {
    /** Run after `npm run build`; repeats the training. */
    readonly command: string;
    readonly seed: number;
    readonly epochs: number;
    readonly batch: number;
    readonly loss: string;
    readonly optimizer: string;
    readonly software: string;
    readonly date: string;
    readonly seconds: number;
  };
  readonly accuracy: { readonly measuredOn: string; readonly images: number; readonly correct: number };
  /** SHA-256 of each file of weights, hexadecimal. */
  readonly sha256: Readonly<Record<string, string>>;
  readonly licence: string;
}

/** The card as a page to read. */
export function describe(card: Card): string {
  const { training, accuracy, distortion } = card;
  const degrees = ((distortion.rotation * 180) / Math.PI).toFixed(1);
  const rows = [
    ['architecture', card.architecture],
    ['parameters', card.parameters.toLocaleString('en-US')],
    ['input', card.input],
    ['output', card.output],
    ['trained on', card.data],
    [
      'distortion',
      `rotation ± ${degrees}°, size ± ${100 * distortion.scale} %, shear ± ${distortion.shear}, shift ± ${distortion.shift} pixels, new in each epoch`,
    ],
    [
      'training',
      `${training.epochs} epochs, batch ${training.batch}, ${training.loss}, ${training.optimizer}`,
    ],
    ['software', training.software],
    ['seed', String(training.seed)],
    ['date', `${training.date} (${training.seconds} s)`],
    [
      'accuracy',
      `${((100 * accuracy.correct) / accuracy.images).toFixed(1)} % (${accuracy.correct} of ${accuracy.images}) on ${accuracy.measuredOn}, which it never saw`,
    ],
    ...Object.entries(card.sha256).map(([file, digest]) => [`SHA-256 of \`${file}\``, `\`${digest}\``]),
    ['licence', card.licence],
  ];
  return [
    `# ${card.name}`,
    '',
    'A tfjs LayersModel. The same facts for programs: `card.json`.',
    '',
    ...rows.map(([name, value]) => `- ${name}: ${value}`),
    '',
    'Made by',
    '',
    '```sh',
    'npm run build',
    training.command,
    '```',
    '',
  ].join('\n');
}
