import type { ScaleRow } from './measure.js';

const size = { width: 720, height: 440, left: 70, right: 190, top: 20, bottom: 50 };
const colors = ['#1b6ca8', '#d1495b', '#2e8b57', '#8e5ea2', '#edae49', '#444444', '#00798c', '#b07d62'];

/** Seconds of y + J + H by parameters, both logarithmic, a line for each engine, device and precision: an SVG picture. */
export function plot(rows: readonly ScaleRow[]): string {
  const points = rows.filter(
    (row): row is ScaleRow & { hessian: number; parameters: number } =>
      row.hessian !== undefined && row.parameters !== undefined,
  );
  const lines = new Map<string, { x: number; y: number }[]>();
  for (const { engine, device, precision, parameters, hessian } of points) {
    const name = `${engine} ${device} ${precision}`;
    lines.set(name, [...(lines.get(name) ?? []), { x: Math.log10(parameters), y: Math.log10(hessian) }]);
  }
  const all = [...lines.values()].flat();
  const range = (values: readonly number[]): [number, number] => [
    Math.floor(Math.min(...values, 0)),
    Math.ceil(Math.max(...values, 1)),
  ];
  const [x0, x1] =
    all.length === 0
      ? [4, 9]
      : [
          Math.floor(Math.min(...all.map(({ x }) => x))),
          Math.ceil(Math.max(...all.map(({ x }) => x)) + 1e-9),
        ];
  const [y0, y1] = range(all.map(({ y }) => y));
  const right = size.width - size.right;
  const bottom = size.height - size.bottom;
  const X = (x: number): string =>
    (size.left + ((x - x0) / Math.max(1, x1 - x0)) * (right - size.left)).toFixed(1);
  const Y = (y: number): string =>
    (bottom - ((y - y0) / Math.max(1, y1 - y0)) * (bottom - size.top)).toFixed(1);
  const grid: string[] = [];
  for (let x = x0; x <= x1; x++)
    grid.push(
      `<path d="M${X(x)} ${size.top}V${bottom}" stroke="#ddd"/><text x="${X(x)}" y="${bottom + 18}" text-anchor="middle">10${superscript(x)}</text>`,
    );
  for (let y = y0; y <= y1; y++)
    grid.push(
      `<path d="M${size.left} ${Y(y)}H${right}" stroke="#ddd"/><text x="${size.left - 8}" y="${Number(Y(y)) + 4}" text-anchor="end">10${superscript(y)}</text>`,
    );
  const drawn = [...lines].map(([name, own], k) => {
    const color = colors[k % colors.length]!;
    const path = own
      .sort((a, b) => a.x - b.x)
      .map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${X(x)} ${Y(y)}`)
      .join('');
    const dots = own.map(({ x, y }) => `<circle cx="${X(x)}" cy="${Y(y)}" r="3" fill="${color}"/>`).join('');
    const at = size.top + 14 + 18 * k;
    return `<path d="${path}" fill="none" stroke="${color}" stroke-width="1.5"/>${dots}<text x="${right + 14}" y="${at}" fill="${color}">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
${grid.join('\n')}
${drawn.join('\n')}
<text x="${(size.left + right) / 2}" y="${size.height - 10}" text-anchor="middle">parameters</text>
<text x="16" y="${size.height / 2}" text-anchor="middle" transform="rotate(-90 16 ${size.height / 2})">seconds of y + J + H</text>
</svg>
`;
}

const superscript = (value: number): string =>
  [...String(value)].map((digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)])).join('');
