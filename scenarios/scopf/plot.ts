import type { FrequencyCourse } from '../../index.js';

/** At the right stand the names. */
const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [1060, 420, 70, 40, 324, 52];
/** Names that find room. */
const MOST = 20;

/** The frequency over time after some losses as SVG, each course with its name; equal ones share a colour and a line of text. */
export function plotFrequency(
  courses: readonly { readonly name: string; readonly course: FrequencyCourse }[],
  title: string,
): string {
  const all = courses.flatMap(({ course }) => [...course.frequency]);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const step = niceStep((most - least) / 5);
  const low = Math.floor(least / step) * step;
  const high = Math.ceil(most / step) * step;
  const seconds = courses[0]!.course.time.at(-1)!;
  const x = (t: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * t) / seconds;
  const y = (f: number): number => TOP + ((HEIGHT - TOP - BOTTOM) * (high - f)) / Math.max(1e-9, high - low);
  const text = (px: number, py: number, words: string, anchor = 'start'): string =>
    `<text x="${px.toFixed(1)}" y="${py.toFixed(1)}" font-size="12" text-anchor="${anchor}">${escapeXml(words)}</text>`;
  const grid: string[] = [];
  for (let f = low; f <= high + step / 2; f += step)
    grid.push(
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(f).toFixed(1)}" y2="${y(f).toFixed(1)}" stroke="#ddd"/>`,
      text(LEFT - 6, y(f) + 4, f.toFixed(Math.max(0, -Math.floor(Math.log10(step)))), 'end'),
    );
  const every = niceStep(seconds / 8);
  for (let t = 0; t <= seconds + every / 2; t += every)
    grid.push(text(x(t), HEIGHT - BOTTOM + 18, String(Math.round(1000 * t) / 1000), 'middle'));
  const colours = ['#1f5fa8', '#c8501e', '#2c8a4b', '#7a4fa3', '#8a6d00', '#00838f', '#ad1457', '#455a64'];
  const keyOf = ({ lowest, lowestAt }: FrequencyCourse): string =>
    `lowest ${lowest.toFixed(4)} Hz at ${lowestAt.toFixed(2)} s`;
  const keys = [...new Set(courses.map(({ course }) => keyOf(course)))];
  const colourOf = (key: string): string => colours[keys.indexOf(key) % colours.length]!;
  const lines = courses.map(({ course }) => {
    const colour = colourOf(keyOf(course));
    const stride = Math.max(1, Math.floor(course.time.length / 1000));
    const points = Array.from(
      course.time,
      (t, n) => `${x(t).toFixed(1)},${y(course.frequency[n]!).toFixed(1)}`,
    );
    const path = points.filter((_, n) => n % stride === 0).join(' ');
    const [cx, cy] = [x(course.lowestAt), y(course.lowest)];
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.8"/>`,
      `<circle cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="3.2" fill="${colour}"/>`,
    ].join('');
  });
  const named = keys.slice(0, keys.length > MOST ? MOST - 1 : MOST).map((key, k) => {
    const [first, ...others] = courses.filter(({ course }) => keyOf(course) === key);
    const who = `${first!.name}${others.length === 0 ? '' : others.length === 1 ? `, ${others[0]!.name}` : ` and ${others.length} more`}`;
    return `<g fill="${colourOf(key)}">${text(WIDTH - RIGHT + 12, TOP + 12 + 16 * k, `${who}: ${key}`)}</g>`;
  });
  if (keys.length > MOST)
    named.push(text(WIDTH - RIGHT + 12, TOP + 12 + 16 * (MOST - 1), `… and ${keys.length - MOST + 1} more`));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="Helvetica, Arial, sans-serif">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    text(LEFT, 22, title),
    ...grid,
    `<rect x="${LEFT}" y="${TOP}" width="${WIDTH - LEFT - RIGHT}" height="${HEIGHT - TOP - BOTTOM}" fill="none" stroke="#666"/>`,
    ...lines,
    ...named,
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, 'seconds after the loss', 'middle'),
    `<text transform="translate(18 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" font-size="12" text-anchor="middle">frequency, Hz</text>`,
    '</svg>\n',
  ].join('\n');
}

/** 1, 2 or 5 times a power of ten, near a width. */
function niceStep(width: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1e-9, width)));
  const first = width / power;
  return power * (first < 1.5 ? 1 : first < 3.5 ? 2 : first < 7.5 ? 5 : 10);
}

const escapeXml = (text: string): string =>
  text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]!);
