import type { BranchReport, Grid, GridReport } from '../../index.js';
import { anglesOf, freeDirection, label, type Place, type Rectangle, written } from './labels.js';
import { springLayout } from './layout.js';

/** Numbers of buses up to which they are named, and generation and load are written beside them. */
const [MOST_LABELS, MOST_WITH_POWERS] = [150, 45];
/** Numbers of branches up to which their flows are written beside them. */
const MOST_WITH_FLOWS = 30;

/** Extents in pixels. */
const MARGIN = 46;
const LEGEND = 100;

/**
 * A one-line picture of a solved grid as SVG: buses by a spring layout, coloured by voltage; branches coloured by loading,
 * with arrows along the flow; units as circles beside their bus; limits that bind marked.
 */
export function drawGrid(grid: Grid, { buses, units, branches, system }: GridReport): string {
  const index = new Map(buses.map(({ bus }, k) => [bus, k]));
  const edges = branches.map(({ from, to }) => [index.get(from)!, index.get(to)!] as const);
  const withPowers = buses.length <= MOST_WITH_POWERS;
  const { x, y, width, height, scale } = placed(buses.length, edges, withPowers ? 84 : MARGIN);
  const radius = Math.max(2.5, Math.min(9, scale * 0.16));
  const limits = new Map(grid.buses.map((bus) => [bus.id, bus]));
  const parts: string[] = [];

  const parallel = new Map<string, number>();
  for (const [k, branch] of branches.entries()) {
    const [a, b] = edges[k]!;
    const key = [Math.min(a, b), Math.max(a, b)].join();
    const turn = parallel.get(key) ?? 0;
    parallel.set(key, turn + 1);
    parts.push(
      drawBranch(branch, [x[a]!, y[a]!], [x[b]!, y[b]!], turn, radius, branches.length <= MOST_WITH_FLOWS),
    );
  }
  const producing = new Map<number, { MW: number; binds: boolean; count: number }>();
  for (const { bus, MW, binding } of units) {
    const known = producing.get(bus) ?? { MW: 0, binds: false, count: 0 };
    const binds = known.binds || /m(in|ax) MW/.test(binding ?? '');
    producing.set(bus, { MW: known.MW + MW, binds, count: known.count + 1 });
  }
  const labelled = buses.length <= MOST_LABELS;
  const labels: string[] = [];
  const angles = anglesOf(edges, x, y);
  const taken: Rectangle[] = [];
  for (const [k, { bus, v, loadMW, price }] of buses.entries()) {
    const { vMin, vMax } = limits.get(bus)!;
    const binds = v - vMin < 1e-4 || vMax - v < 1e-4;
    const [cx, cy] = [x[k]!.toFixed(1), y[k]!.toFixed(1)];
    const made = producing.get(bus);
    const title = `bus ${bus}: v ${v.toFixed(4)} (${vMin} … ${vMax}), load ${loadMW.toFixed(1)} MW, ${price.toFixed(2)} $/MWh${made ? `, ${made.count} unit${made.count > 1 ? 's' : ''} ${made.MW.toFixed(1)} MW` : ''}`;
    parts.push('<g>', `<title>${title}</title>`);
    if (made)
      parts.push(
        `<circle cx="${cx}" cy="${cy}" r="${(radius * 1.75).toFixed(1)}" fill="#fff" stroke="${made.binds ? limitColour : '#444'}" stroke-width="${made.binds ? 2.4 : 1.2}"/>`,
      );
    parts.push(
      `<circle cx="${cx}" cy="${cy}" r="${radius.toFixed(1)}" fill="${voltageColour(v, vMin, vMax)}" stroke="${binds ? limitColour : '#222'}" stroke-width="${binds ? 2.2 : 0.7}"/>`,
    );
    if (labelled) {
      const powers = !withPowers
        ? []
        : [
            ...(made ? [`↑ ${made.MW.toFixed(1)} MW`] : []),
            ...(loadMW === 0 ? [] : [`↓ ${loadMW.toFixed(1)} MW`]),
          ];
      const size = Math.max(7, Math.min(13, radius * 1.5));
      const away = radius * (made ? 1.75 : 1) + 3;
      const words = { size, bus: String(bus), powers };
      const angle = freeDirection(k, { x, y, angles: angles[k]!, taken, radius }, away, words);
      labels.push(label([x[k]!, y[k]!], angle, away, words));
    }
    parts.push('</g>');
  }
  const title = `${grid.name}: ${system.generationMW.toFixed(1)} MW generated, ${system.loadMW.toFixed(1)} MW load, ${system.lossesMW.toFixed(2)} MW losses, ${system.costPerHour.toFixed(2)} $/h`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + LEGEND}" viewBox="0 0 ${width} ${height + LEGEND}" font-family="Helvetica, Arial, sans-serif">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${MARGIN / 2}" y="22" font-size="14">${escapeXml(title)}</text>`,
    ...parts,
    ...labels,
    legend(width, height, withPowers),
    '</svg>\n',
  ].join('\n');
}

/** The layout in pixels; `scale` is the length of an edge. */
function placed(count: number, edges: readonly (readonly [number, number])[], margin: number) {
  const layout = springLayout(count, edges);
  const range = (values: Float64Array) => {
    const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
    return { low, extent: Math.max(1e-9, high - low) };
  };
  const [h, v] = [range(layout.x), range(layout.y)];
  // The longer side is horizontal.
  const [across, down, xs, ys] =
    h.extent >= v.extent ? [h, v, layout.x, layout.y] : [v, h, layout.y, layout.x];
  const width = Math.round(Math.max(760, Math.min(2400, 110 * Math.sqrt(count) + 2 * margin)));
  const scale = Math.min((width - 2 * margin) / across.extent, 150);
  const inset = (width - scale * across.extent) / 2;
  const height = Math.round(scale * down.extent + 2 * MARGIN + 30);
  return {
    x: xs.map((value) => inset + scale * (value - across.low)),
    y: ys.map((value) => MARGIN + 18 + scale * (value - down.low)),
    width,
    height,
    scale,
  };
}

function drawBranch(
  branch: BranchReport,
  a: Place,
  b: Place,
  turn: number,
  radius: number,
  named: boolean,
): string {
  const { from, to, circuit, fromMW, toMW, loadingPercent, limitPrice, binding } = branch;
  // Parallel branches bow to alternating sides.
  const bow = turn === 0 ? 0 : (turn % 2 === 1 ? 1 : -1) * Math.ceil(turn / 2) * 0.22;
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const middle: Place = [(a[0] + b[0]) / 2 - bow * dy, (a[1] + b[1]) / 2 + bow * dx];
  const path =
    bow === 0
      ? `M${spot(a)}L${spot(b)}`
      : `M${spot(a)}Q${spot([2 * middle[0] - (a[0] + b[0]) / 2, 2 * middle[1] - (a[1] + b[1]) / 2])} ${spot(b)}`;
  const colour = loadingColour(loadingPercent);
  const title = `branch ${from}-${to}/${circuit}: ${fromMW.toFixed(1)} MW in at ${from}, ${(-toMW).toFixed(1)} MW out at ${to}${loadingPercent === null ? ', unlimited' : `, ${loadingPercent.toFixed(1)} %`}${binding ? `, ${binding} binds, ${limitPrice.toFixed(2)} $/MVA h` : ''}`;
  const width = 0.9 + 1.5 * Math.min(1, (loadingPercent ?? 0) / 100);
  const sign = fromMW >= 0 ? 1 : -1;
  const length = Math.max(1e-9, Math.hypot(dx, dy));
  const arrow = Math.min(radius * 1.1, 0.3 * length);
  const [ux, uy] = [(sign * dx) / length, (sign * dy) / length];
  const tip: Place = [middle[0] + arrow * ux, middle[1] + arrow * uy];
  const left: Place = [middle[0] - arrow * (0.5 * ux + 0.6 * uy), middle[1] - arrow * (0.5 * uy - 0.6 * ux)];
  const right: Place = [middle[0] - arrow * (0.5 * ux - 0.6 * uy), middle[1] - arrow * (0.5 * uy + 0.6 * ux)];
  return [
    `<g><title>${title}</title>`,
    ...(binding
      ? [
          `<path d="${path}" fill="none" stroke="${limitColour}" stroke-opacity="0.35" stroke-width="${(width + 5).toFixed(1)}"/>`,
        ]
      : []),
    `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width.toFixed(1)}"/>`,
    `<path d="M${spot(tip)}L${spot(left)}L${spot(right)}Z" fill="${colour}"/>`,
    ...(named
      ? // To the right of a flow that goes up or down, below one that goes across.
        [
          written(
            [
              middle[0] + (2 + 1.2 * radius) * Math.abs(uy),
              middle[1] + 3.5 + (4 + 1.2 * radius) * Math.abs(ux),
            ],
            10,
            Math.abs(uy) > 0.5 ? 'start' : 'middle',
            Math.abs(fromMW).toFixed(1),
            '#555',
          ),
        ]
      : []),
    '</g>',
  ].join('');
}

const spot = ([x, y]: Place): string => `${x.toFixed(1)},${y.toFixed(1)}`;

const limitColour = '#e4002b';

/** Grey where unlimited; from blue (empty) over yellow to red (full). */
const loadingColour = (percent: number | null): string =>
  percent === null ? '#999' : blend(loadingScale, percent / 100);
const loadingScale = ['#4a7fb5', '#6aaa64', '#d9a400', '#d2461e'] as const;

/** Blue at the least voltage, pale in the middle, orange at the largest. */
const voltageColour = (v: number, low: number, high: number): string =>
  blend(voltageScale, high > low ? (v - low) / (high - low) : 0.5);
const voltageScale = ['#2b65c4', '#f4f1e6', '#e8871e'] as const;

/** The colour at `t` in [0, 1] of a scale, by linear blending. */
function blend(scale: readonly string[], t: number): string {
  const at = Math.max(0, Math.min(1, t)) * (scale.length - 1);
  const k = Math.min(scale.length - 2, Math.floor(at));
  const channel = (colour: string, i: number): number =>
    Number.parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
  return `#${[0, 1, 2]
    .map((i) => {
      const [a, b] = [channel(scale[k]!, i), channel(scale[k + 1]!, i)];
      return Math.round(a + (b - a) * (at - k))
        .toString(16)
        .padStart(2, '0');
    })
    .join('')}`;
}

function legend(width: number, top: number, powers: boolean): string {
  const bar = (x: number, y: number, scale: readonly string[], id: string): string =>
    [
      `<linearGradient id="${id}">${scale.map((colour, k) => `<stop offset="${k / (scale.length - 1)}" stop-color="${colour}"/>`).join('')}</linearGradient>`,
      `<rect x="${x}" y="${y}" width="130" height="10" fill="url(#${id})" stroke="#666" stroke-width="0.5"/>`,
    ].join('');
  const text = (x: number, y: number, words: string, anchor = 'start'): string =>
    `<text x="${x}" y="${y}" font-size="11" text-anchor="${anchor}">${words}</text>`;
  const [first, second, third] = [MARGIN / 2, MARGIN / 2 + 190, MARGIN / 2 + 380];
  const y = top + 14;
  return [
    `<line x1="0" x2="${width}" y1="${top - 6}" y2="${top - 6}" stroke="#ccc"/>`,
    text(first, y + 4, 'loading, % of the rating in MVA'),
    bar(first, y + 12, loadingScale, 'loading'),
    text(first, y + 36, '0'),
    text(first + 130, y + 36, '100', 'end'),
    text(second, y + 4, 'voltage, per unit'),
    bar(second, y + 12, voltageScale, 'voltage'),
    text(second, y + 36, 'least'),
    text(second + 130, y + 36, 'largest', 'end'),
    `<circle cx="${third + 8}" cy="${y}" r="8" fill="#fff" stroke="#444"/><circle cx="${third + 8}" cy="${y}" r="4.5" fill="#f4f1e6" stroke="#222" stroke-width="0.7"/>`,
    text(third + 24, y + 4, `bus with units${powers ? '; ↑ generation, ↓ load' : ''}`),
    `<circle cx="${third + 8}" cy="${y + 22}" r="4.5" fill="#f4f1e6" stroke="${limitColour}" stroke-width="2"/>`,
    text(third + 24, y + 26, 'red: a limit binds (dot: voltage, ring: output,'),
    text(third + 24, y + 40, 'line: rating or angle)'),
    `<path d="M${third},${y + 58}h24" stroke="#999"/><path d="M${third + 16},${y + 58}l-8,-4v8z" fill="#999"/>`,
    text(third + 28, y + 62, 'flow of active power, MW; grey: unlimited'),
  ].join('\n');
}

const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
