// The results as a chart: CPU time per request, as a multiple of the floor's.

const NAMES = {
  floor: 'floor: JS, four headers',
  jose: 'gate on jose',
  hono: "gate on hono's jwk",
  ours: 'copilotkit-gate',
};

const WIDTH = 760;
const LEFT = 250;
const RIGHT = 120;
const TOP = 92;
const BAR = 13;
const GAP = 2;
const BETWEEN = 16;
/** Longer bars are cut, and say so: one of them would make dots of all others. */
const MOST = 5;

/** An SVG picture that brings its own background, for light and for dark pages. */
export function chart({ rows, machine, date }) {
  const contenders = Object.keys(rows[0].cells).filter((name) => name in NAMES);
  const group = contenders.length * (BAR + GAP) + BETWEEN;
  const height = TOP + rows.length * group + 34;
  const x = (times) => LEFT + (Math.min(times, MOST) / MOST) * (WIDTH - LEFT - RIGHT);
  const parts = [
    text(16, 30, 'CPU time per request, as a multiple of the floor', 'title'),
    text(
      16,
      50,
      'shorter is better; beside each bar: microseconds of workerd, origin and key provider included',
      'quiet',
    ),
    ...legend(contenders),
    ...rows.flatMap((row, index) => bars(row, contenders, TOP + index * group, x)),
    `<line x1="${x(1).toFixed(1)}" x2="${x(1).toFixed(1)}" y1="${TOP - 8}" y2="${height - 34}" class="one"/>`,
    text(
      16,
      height - 14,
      `${machine.cpu}, ${machine.cores} cores; workerd ${machine.workerd}; ${date.slice(0, 10)}`,
      'quiet',
    ),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="CPU time per request">
${STYLE}
<rect width="${WIDTH}" height="${height}" rx="6" class="page"/>
${parts.join('\n')}
</svg>
`;
}

function bars({ title, cells }, contenders, top, x) {
  const label = text(LEFT - 12, top + (contenders.length * (BAR + GAP)) / 2 + 4, title, 'label');
  const list = contenders.map((name, index) => {
    const { cpu } = cells[name];
    const y = top + index * (BAR + GAP);
    const times = cpu / cells.floor.cpu;
    const end = x(times);
    const bar = `<rect x="${LEFT}" y="${y}" width="${(end - LEFT).toFixed(1)}" height="${BAR}" class="${name}"/>`;
    const cut = times > MOST ? `<rect x="${end - 12}" y="${y}" width="4" height="${BAR}" class="page"/>` : '';
    const words = cut ? `${amount(cpu)} µs (${times.toFixed(0)} ×)` : `${amount(cpu)} µs`;
    return `${bar}${cut}${text(end + 6, y + BAR - 2, words, 'value')}`;
  });
  return [label, ...list];
}

function legend(contenders) {
  return contenders.map((name, index) => {
    const left = 16 + index * 180;
    return `<rect x="${left}" y="62" width="12" height="12" class="${name}"/>${text(left + 18, 72, NAMES[name], 'value')}`;
  });
}

const amount = (cpu) => Math.round(cpu).toLocaleString('en');

const text = (x, y, words, kind) => `<text x="${x.toFixed(1)}" y="${y}" class="${kind}">${escaped(words)}</text>`;

const escaped = (words) => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const STYLE = `<style>
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .quiet { fill: #59636e }
  .value { font-size: 11px }
  .label { text-anchor: end }
  .page { fill: #ffffff }
  .one { stroke: #59636e; stroke-dasharray: 3 3 }
  .floor { fill: #a3acb5 } .jose { fill: #d98c2b } .hono { fill: #b35c9e } .ours { fill: #1f6feb }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .quiet { fill: #9198a1 }
    .page { fill: #0d1117 }
    .one { stroke: #9198a1 }
    .floor { fill: #6e7681 } .jose { fill: #d98c2b } .hono { fill: #c46fb0 } .ours { fill: #4493f8 }
  }
</style>`;
