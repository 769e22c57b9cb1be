/** A named line through points. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Drawn without dots, dashed: something to compare with. */
  readonly reference?: boolean;
}

export interface Chart {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
  /** Whether y is drawn by its logarithm; numbers that are not positive are left out. */
  readonly logarithmic?: boolean;
  /** Whether the axis of y begins at 0. Default true. */
  readonly fromZero?: boolean;
}

/** Where something stands in a picture, pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export const colours = ['#1f5fa8', '#c8501e', '#2c8a4b', '#7a4fa3', '#8a6d00', '#00838f'];

const escapeXml = (words: string): string =>
  words.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);

export function text(
  x: number,
  y: number,
  words: string,
  { anchor = 'start', size = 12, colour = '#222', bold = false, turned = false } = {},
): string {
  const turn = turned ? ` transform="rotate(-90 ${x.toFixed(1)} ${y.toFixed(1)})"` : '';
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}" fill="${colour}" text-anchor="${anchor}"${bold ? ' font-weight="bold"' : ''}${turn}>${escapeXml(words)}</text>`;
}

/** A whole SVG file of some parts on white. */
export const picture = (width: number, height: number, parts: readonly string[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif">\n<rect width="100%" height="100%" fill="#fff"/>\n${parts.join('\n')}\n</svg>\n`;

/** Lines over axes, with their names inside. */
export function chart(
  { title, x: across, y: upward, series, logarithmic = false, fromZero = true }: Chart,
  box: Box,
): string {
  const shown = series.map((one) => ({
    ...one,
    points: one.points.filter(([, value]) => Number.isFinite(value) && (!logarithmic || value > 0)),
  }));
  const all = shown.flatMap(({ points }) => points);
  const [left, top, right, bottom] = [
    box.left + 58,
    box.top + 28,
    box.left + box.width - 12,
    box.top + box.height - 42,
  ];
  const level = (value: number): number => (logarithmic ? Math.log10(value) : value);
  const horizontal = ticks(Math.min(...all.map(([at]) => at)), Math.max(...all.map(([at]) => at)), 8);
  const vertical = logarithmic
    ? decades(all.map(([, value]) => value))
    : ticks(
        Math.min(...(fromZero ? [0] : []), ...all.map(([, value]) => value)),
        Math.max(...all.map(([, value]) => value)),
        6,
      );
  const span = (values: readonly number[]): [number, number] => [values[0]!, values.at(-1)!];
  const [x0, x1] = span(horizontal);
  const [y0, y1] = span(vertical.map(level));
  const px = (value: number): number => left + ((right - left) * (value - x0)) / (x1 - x0 || 1);
  const py = (value: number): number => bottom - ((bottom - top) * (level(value) - y0)) / (y1 - y0 || 1);
  const parts = [text(box.left + 4, box.top + 16, title, { size: 13, bold: true })];
  for (const value of vertical)
    parts.push(
      `<line x1="${left}" x2="${right}" y1="${py(value).toFixed(1)}" y2="${py(value).toFixed(1)}" stroke="#e2e2e2"/>`,
      text(left - 6, py(value) + 4, told(value), { anchor: 'end', size: 11 }),
    );
  for (const value of horizontal)
    parts.push(text(px(value), bottom + 15, told(value), { anchor: 'middle', size: 11 }));
  shown.forEach(({ points, reference }, k) => {
    const colour = colours[k % colours.length]!;
    const path = points.map(([at, value]) => `${px(at).toFixed(1)},${py(value).toFixed(1)}`).join(' ');
    parts.push(
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.8"${reference ? ' stroke-dasharray="6 4"' : ''}/>`,
    );
    if (!reference && points.length <= 60)
      for (const [at, value] of points)
        parts.push(
          `<circle cx="${px(at).toFixed(1)}" cy="${py(value).toFixed(1)}" r="2.4" fill="${colour}"/>`,
        );
  });
  const longest = Math.max(...shown.map(({ name }) => name.length));
  const [width, height] = [8 + 6.3 * longest, 4 + 15 * shown.length];
  // The names stand where they hide the least of the lines.
  const drawn = shown.flatMap(({ points }) => along(points.map(([at, value]) => [px(at), py(value)])));
  const hidden = ([x, y]: readonly [number, number]): number =>
    drawn.filter(([a, b]) => a >= x && a <= x + width && b >= y && b <= y + height).length;
  const places = [right - 2 - width, (left + right - width) / 2, left + 2].flatMap((x) =>
    Array.from({ length: 9 }, (_, k) => [x, top + 2 + ((bottom - top - height - 4) * k) / 8] as const),
  );
  const [x, y] = places.reduce((best, place) => (hidden(place) < hidden(best) ? place : best));
  parts.push(
    `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height}" fill="#fff" fill-opacity="0.8"/>`,
    ...shown.map(({ name }, k) =>
      text(x + width - 4, y + 12 + 15 * k, name, { anchor: 'end', colour: colours[k % colours.length]! }),
    ),
  );
  parts.push(
    `<rect x="${left}" y="${top}" width="${(right - left).toFixed(1)}" height="${(bottom - top).toFixed(1)}" fill="none" stroke="#777"/>`,
    text((left + right) / 2, bottom + 32, across, { anchor: 'middle' }),
    text(box.left + 14, (top + bottom) / 2, upward, { anchor: 'middle', turned: true }),
  );
  return parts.join('\n');
}

/** Points along a line through points, pixels: those between which it is drawn, and some of every stretch. */
const along = (points: readonly (readonly [number, number])[]): (readonly [number, number])[] =>
  points.flatMap(([x, y], k) => {
    const [nextX, nextY] = points[k + 1] ?? [x, y];
    const steps = Math.max(1, Math.ceil(Math.hypot(nextX - x, nextY - y) / 4));
    return Array.from(
      { length: steps },
      (_, i) => [x + ((nextX - x) * i) / steps, y + ((nextY - y) * i) / steps] as const,
    );
  });

const told = (value: number): string => String(Number(value.toPrecision(6)));

/** Round numbers that cover an interval. */
function ticks(low: number, high: number, wanted: number): number[] {
  const width = high > low ? high - low : Math.abs(high) || 1;
  const power = 10 ** Math.floor(Math.log10(width / wanted));
  const step = power * ([1, 2, 5, 10].find((factor) => width / (factor * power) <= wanted) ?? 10);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, k) => (first + k) * step);
}

/** Powers of ten that cover positive numbers, with 2 and 5 between where they are few. */
function decades(values: readonly number[]): number[] {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const factors = high - low <= 3 ? [1, 2, 5] : [1];
  const all: number[] = [];
  for (let power = low; power < high; power++) for (const f of factors) all.push(f * 10 ** power);
  return [...all, 10 ** high];
}
