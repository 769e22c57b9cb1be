/** What is drawn: values over time, one panel each. */
interface Course {
  readonly t: Float64Array;
  readonly states: { readonly [name: string]: Float64Array };
  readonly controls: { readonly [name: string]: Float64Array };
}

const [width, panel, left, right, top, gap] = [640, 120, 72, 16, 28, 26];

/** States as lines and controls as steps over time, a panel each, as an SVG picture that follows the page's colours. */
export function plotTrajectory(title: string, { t, states, controls }: Course): string {
  const signals = [
    ...Object.entries(states).map(([name, values]) => ({ name, values, stepwise: false })),
    ...Object.entries(controls).map(([name, values]) => ({ name, values, stepwise: true })),
  ];
  const height = top + signals.length * (panel + gap) + 14;
  const end = t[t.length - 1]!;
  const x = (time: number): number => left + ((width - left - right) * time) / (end || 1);
  const panels = signals.map(({ name, values, stepwise }, k) => {
    const from = top + k * (panel + gap);
    const [low, high] = rangeOf(values);
    const y = (value: number): number => from + panel - (panel * (value - low)) / (high - low);
    const points = stepwise
      ? Array.from(values).flatMap((value, i) => [
          [x(t[i]!), y(value)],
          [x(t[i + 1] ?? end), y(value)],
        ])
      : Array.from(values, (value, i) => [x(t[i]!), y(value)]);
    const path = points.map(([a, b]) => `${a!.toFixed(1)},${b!.toFixed(1)}`).join(' ');
    const zero =
      low < 0 && high > 0
        ? `<line class="zero" x1="${left}" x2="${width - right}" y1="${y(0).toFixed(1)}" y2="${y(0).toFixed(1)}"/>`
        : '';
    return [
      `<rect class="frame" x="${left}" y="${from}" width="${width - left - right}" height="${panel}"/>`,
      zero,
      `<polyline class="${stepwise ? 'control' : 'state'}" points="${path}"/>`,
      `<text x="${left - 8}" y="${from + panel / 2 + 4}" text-anchor="end" class="name">${escaped(name)}</text>`,
      `<text x="${left - 8}" y="${from + 10}" text-anchor="end">${short(high)}</text>`,
      `<text x="${left - 8}" y="${from + panel}" text-anchor="end">${short(low)}</text>`,
    ].join('');
  });
  const bottom = top + signals.length * (panel + gap) - gap + 14;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    '<style>text{font:11px system-ui,sans-serif;fill:currentColor}.name{font-weight:600}.frame{fill:none;stroke:currentColor;opacity:.25}.zero{stroke:currentColor;opacity:.25;stroke-dasharray:3 3}polyline{fill:none;stroke-width:1.8;stroke-linejoin:round}.state{stroke:#2f7fd0}.control{stroke:#d0702f}</style>',
    `<text x="${left}" y="18" class="name">${escaped(title)}</text>`,
    ...panels,
    `<text x="${left}" y="${bottom}">0</text><text x="${(left + width - right) / 2}" y="${bottom}" text-anchor="middle">time</text><text x="${width - right}" y="${bottom}" text-anchor="end">${short(end)}</text>`,
    '</svg>',
  ].join('\n');
}

/** Lowest and highest value with a little room. */
function rangeOf(values: Float64Array): readonly [number, number] {
  const finite = Array.from(values).filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  const [low, high] = [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))];
  const room = 0.06 * (high - low) || 0.5 * Math.max(1e-9, Math.abs(high)) || 0.5;
  return [low - room, high + room];
}

const short = (value: number): string => String(Number(value.toPrecision(3)));

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
