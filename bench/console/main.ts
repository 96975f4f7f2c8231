/**
 * `npm run bench:console [-- --quick --json FILE --only WORD]`: what agents feel, in a real browser over a real station:
 * how soon a candidate is seen, how long the page is busy at a stretch while thousands wait, and what is fetched first.
 */
import { writeFile } from 'node:fs/promises';
import { table } from '../../pipeline/operate/evaluate/report.ts';
import { asked } from '../asked.ts';
import { machine } from '../harness.ts';
import { benchLatency } from './latency.ts';
import { benchLoad } from './load.ts';
import { benchNetwork } from './network.ts';
import { benchQueue } from './queue.ts';
import type { Work } from './trace.ts';

interface Asked {
  readonly quick: boolean;
  readonly json?: string;
  readonly only: string;
}

const { values } = asked<Asked>(
  'bench:console',
  'what agents feel, in a real browser over a real station',
  (command) =>
    command
      .option('--quick', 'short', false)
      .option('--json <file>', 'write the figures')
      .option('--only <word>', 'load, latency, queue or network', ''),
);
const size = values.quick
  ? { candidates: 20, waiting: 1_000, seconds: 4, cameras: 2_300, sites: 46 }
  : { candidates: 200, waiting: 5_000, seconds: 20, cameras: 2_300, sites: 46 };

const here = machine();
console.log(`${here.cpu}, ${here.cores} cores, Node ${here.node}`);
const rows: string[][] = [];
const figures: Record<string, unknown> = {};
const wanted = (name: string) => name.includes(values.only);
const ms = (value: number) => `${value.toFixed(0)} ms`;

function workRow(name: string, work: Work): void {
  const { pieces, p99Ms, longestMs, long, busy } = work;
  const found = `longest ${ms(longestMs)}, p99 ${p99Ms.toFixed(1)} ms, ${long} of ${pieces} over 50 ms`;
  rows.push([name, `${found}, ${(100 * busy).toFixed(0)} % busy`, '50 ms']);
}

if (wanted('load')) {
  const load = await benchLoad();
  figures.load = load;
  const kb = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`;
  rows.push([
    'script before the first page, gzipped',
    `${kb(load.first)}, later ${kb(load.later)}`,
    '150 KB',
  ]);
}
if (wanted('latency')) {
  const latency = await benchLatency(size.candidates);
  figures.latency = latency;
  const found = `median ${ms(latency.medianMs)}, p95 ${ms(latency.p95Ms)}, longest ${ms(latency.longestMs)}`;
  rows.push([`appended until visible, ${latency.candidates} candidates`, found, 'p95 300 ms']);
}
if (wanted('queue')) {
  const work = await benchQueue(size);
  figures.queue = work;
  workRow(`${size.waiting} waiting, 5 more a second, keys, wheel, filters`, work);
}
if (wanted('network')) {
  const found = await benchNetwork(size);
  figures.network = found;
  for (const [use, work] of Object.entries(found))
    workRow(`${size.cameras} cameras, 5 updates a second, ${use}`, work);
}

console.log(`\n${table(['', 'found', 'aim'], rows)}`);
if (values.json !== undefined) {
  const dated = { at: new Date().toISOString(), machine: here, figures };
  await writeFile(values.json, `${JSON.stringify(dated, null, 2)}\n`);
}
