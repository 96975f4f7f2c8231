/**
 * `npm run bench:subscribers [-- --quick --json FILE --only WORD --rounds N --events N]`: what it costs to hand events
 * to many, beside the least that grpc-js can do, in turns. Servers and subscribers are processes of their own. Every subscriber has to have
 * every event of every camera in order, or the run fails with exit code 1.
 */
import { writeFile } from 'node:fs/promises';
import { wholeNumber } from '../../pipeline/commands/command.ts';
import { table } from '../../pipeline/operate/evaluate/report.ts';
import { asked } from '../asked.ts';
import { machine } from '../harness.ts';
import { EVENT_BYTES } from './events.ts';
import { openParties, type Round } from './parties.ts';

interface Asked {
  readonly quick: boolean;
  readonly json?: string;
  readonly only: string;
  readonly rounds?: number;
  readonly events?: number;
}

const { values } = asked<Asked>('bench:subscribers', 'what it costs to hand events to many', (command) =>
  command
    .option('--quick', 'one short round', false)
    .option('--json <file>', 'write the figures')
    .option('--only <word>', 'throughput, many, latency, stalled or memory', '')
    .option('--rounds <n>', 'turns of each', wholeNumber)
    .option('--events <n>', 'events to each of 100; to each of 1,000 a tenth of them', wholeNumber),
);
const usual = values.quick
  ? { rounds: 1, events: 2_000, manyEvents: 200, seconds: 2, stalled: 20 }
  : { rounds: 5, events: 10_000, manyEvents: 1_000, seconds: 20, stalled: 20 };

const events = values.events ?? usual.events;
const size = {
  ...usual,
  rounds: values.rounds ?? usual.rounds,
  events,
  manyEvents: values.events === undefined ? usual.manyEvents : events / 10,
};

const here = machine();
console.log(`${here.cpu}, ${here.cores} cores, Node ${here.node}; events of ${EVENT_BYTES} bytes`);
const parties = await openParties();
const figures: Record<string, number> = {};
const rows: string[][] = [];
const wanted = (name: string) => name.includes(values.only);

if (wanted('throughput')) await throughput('100 subscribers', 100, size.events);
if (wanted('many')) await throughput('1,000 subscribers', 1_000, size.manyEvents);
if (wanted('latency')) await latency();
if (wanted('stalled')) await stalled();
if (wanted('memory')) await memory();

console.log(`\n${table(['', 'found', 'beside', 'aim'], rows)}`);
await parties.close();
const faults = parties.faults;
console.log(faults.length === 0 ? 'every subscriber had every event in order' : faults.join('\n'));
if (values.json !== undefined) {
  const dated = { at: new Date().toISOString(), machine: here, figures, faults };
  await writeFile(values.json, `${JSON.stringify(dated, null, 2)}\n`);
}
process.exitCode = faults.length === 0 ? 0 : 1;

async function throughput(name: string, subscribers: number, events: number): Promise<void> {
  const found: { bare: Round[]; vigie: Round[] } = { bare: [], vigie: [] };
  console.log(`${name}: ${size.rounds} rounds`);
  // The first round of each warms up.
  for (let round = 0; round <= size.rounds; round++) {
    for (const kind of ['bare', 'vigie'] as const) {
      const one = await parties.round(kind, { subscribers, events });
      if (round > 0 || values.quick) found[kind].push(one);
      console.log(`  ${kind} ${k(one.perSecond)}/s, server ${one.cpuUs.toFixed(2)} µs a delivery`);
    }
  }
  const rate = (rounds: readonly Round[]) => median(rounds.map(({ perSecond }) => perSecond));
  const cost = (rounds: readonly Round[]) => median(rounds.map(({ cpuUs }) => cpuUs));
  const ratio = median(found.vigie.map(({ perSecond }, n) => perSecond / found.bare[n]!.perSecond));
  const costs = median(found.vigie.map(({ cpuUs }, n) => found.bare[n]!.cpuUs / cpuUs));
  Object.assign(figures, {
    [`${name}: deliveries/s`]: rate(found.vigie),
    [`${name}: bare deliveries/s`]: rate(found.bare),
    [`${name}: of bare`]: ratio,
    [`${name}: server µs a delivery`]: cost(found.vigie),
    [`${name}: bare server µs a delivery`]: cost(found.bare),
  });
  rows.push(
    [
      `${name}, deliveries/s`,
      k(rate(found.vigie)),
      `bare ${k(rate(found.bare))} (${percent(ratio)})`,
      '150k or 90 %',
    ],
    [
      `${name}, server's processor µs a delivery`,
      cost(found.vigie).toFixed(2),
      `bare ${cost(found.bare).toFixed(2)} (${percent(costs)})`,
      '',
    ],
    [
      `${name}, the subscribers' process, µs a delivery`,
      median(found.vigie.map(({ clientCpuUs }) => clientCpuUs)).toFixed(2),
      '',
      '',
    ],
  );
}

/** 50 events a second to 100, in turns of a few seconds: what else the machine does is then beside both. */
async function latency(): Promise<void> {
  const perSecond = 50;
  const turns = values.quick ? 1 : 8;
  const found: { bare: number[]; vigie: number[] } = { bare: [], vigie: [] };
  // The first turn of each warms up.
  for (let turn = 0; turn <= turns; turn++) {
    for (const kind of ['bare', 'vigie'] as const) {
      const count = Math.ceil((perSecond * size.seconds) / turns);
      const { latenciesMs } = await parties.round(kind, { subscribers: 100, events: count, perSecond });
      if (turn > 0) found[kind].push(...latenciesMs);
    }
  }
  for (const list of [found.bare, found.vigie]) list.sort((a, b) => a - b);
  for (const [name, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
    ['p999', 0.999],
  ] as const) {
    const at = (sorted: readonly number[]) => sorted[Math.floor(share * (sorted.length - 1))]!;
    figures[`latency ${name}, ms`] = at(found.vigie);
    const aim = name === 'p99' ? '5.0' : '';
    rows.push([
      `5k deliveries/s to 100, ${name} ms`,
      at(found.vigie).toFixed(2),
      `bare ${at(found.bare).toFixed(2)}`,
      aim,
    ]);
  }
}

/** 99 that read, with and without one that does not, in turns. */
async function stalled(): Promise<void> {
  const ratios: number[] = [];
  const costs: number[] = [];
  for (let round = 0; round <= size.rounds; round++) {
    const without = await parties.round('vigie', { subscribers: 99, events: size.events });
    const beside = await parties.round('vigie', { subscribers: 99, stalled: 1, events: size.events });
    if (round === 0 && !values.quick) continue;
    ratios.push(beside.perSecond / without.perSecond);
    costs.push(without.cpuUs / beside.cpuUs);
  }
  figures['1 stalled among 100: the others'] = median(ratios);
  figures["1 stalled among 100: the server's processor time"] = median(costs);
  rows.push(
    ['1 stalled among 100, throughput of the others', percent(median(ratios)), 'without it', '95 %'],
    [
      "1 stalled among 100, the others by the server's processor time",
      percent(median(costs)),
      'without it',
      '',
    ],
  );
}

/** What is held after a collection while some stall, less what is held without them. */
async function memory(): Promise<void> {
  const subscribers = 50;
  const bytes: number[] = [];
  let unsentMax = 0;
  for (let round = 0; round <= Math.min(3, size.rounds); round++) {
    const events = size.events / 4;
    const without = await parties.round('vigie', { subscribers, events, measures: true });
    const beside = await parties.round('vigie', {
      subscribers,
      stalled: size.stalled,
      events,
      measures: true,
    });
    unsentMax = Math.max(unsentMax, ...beside.unsent);
    if (round > 0 || values.quick) bytes.push((beside.bytes - without.bytes) / size.stalled);
  }
  figures['bytes a stalled subscriber'] = median(bytes);
  rows.push([
    'memory of a stalled subscriber, KB',
    (median(bytes) / 1024).toFixed(0),
    `${unsentMax} messages wait`,
    '1024',
  ]);
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN;
}

function k(value: number): string {
  return `${(value / 1e3).toFixed(1)}k`;
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}
