import type { Row } from './row.js';

/** Seconds over parameters, both logarithmic: a line for each formulation and solver, hollow where it was not solved. */
export function plot(all: readonly Row[]): string {
  const timed = all.filter(({ seconds }) => seconds !== undefined);
  const [width, height, edge] = [700, 420, 56];
  const scale = (values: readonly number[], low: number, high: number) => {
    const logs = values.map(Math.log10);
    const [least, most] = [Math.min(...logs, 0) - 0.1, Math.max(...logs, 1) + 0.1];
    return (value: number): number => low + ((Math.log10(value) - least) / (most - least)) * (high - low);
  };
  const x = scale(
    timed.map(({ parameters }) => parameters),
    edge,
    width - 210,
  );
  const y = scale(
    timed.map(({ seconds }) => seconds!.total),
    height - edge,
    20,
  );
  const series = [
    ...new Set(timed.map(({ problem, formulation, solver }) => `${problem} ${formulation}, ${solver}`)),
  ];
  const colours = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#8c564b', '#17becf', '#7f7f7f'];
  const marks = timed.map((row) => {
    const colour =
      colours[series.indexOf(`${row.problem} ${row.formulation}, ${row.solver}`) % colours.length]!;
    const fill = row.status === 'optimal' ? colour : 'white';
    return `<circle cx="${x(row.parameters).toFixed(1)}" cy="${y(row.seconds!.total).toFixed(1)}" r="4" fill="${fill}" stroke="${colour}"/>`;
  });
  const key = series.map(
    (name, k) =>
      `<text x="${width - 200}" y="${30 + 18 * k}" fill="${colours[k % colours.length]}">${name}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<rect width="${width}" height="${height}" fill="white"/>
<path d="M${edge} 20V${height - edge}H${width - 210}" fill="none" stroke="black"/>
<text x="${(width - 150) / 2}" y="${height - 16}" text-anchor="middle">parameters (log)</text>
<text transform="translate(18 ${height / 2}) rotate(-90)" text-anchor="middle">seconds (log)</text>
${[...marks, ...key].join('\n')}
</svg>
`;
}
