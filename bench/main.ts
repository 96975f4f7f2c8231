/**
 * `npm run bench [-- --json FILE] [--record] [--quick] [WORD...]`: what things cost on this machine. With words, only
 * cases whose group or name holds one of them. `--record` keeps the figures under bench/record/, named by the day.
 * Exit code 1 when an answer is wrong.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BAD_INPUT } from '../pipeline/commands/command.ts';
import { table } from '../pipeline/operate/evaluate/report.ts';
import { asked } from './asked.ts';
import { cameraCases } from './cameras.ts';
import { flameCases } from './flames.ts';
import { FULL, machine, QUICK, TIMING_HEADINGS, type Timing, time, timingRow } from './harness.ts';
import { kernelCases } from './kernels.ts';
import { benchLog } from './log.ts';
import { pipelineCases } from './pipeline.ts';
import { ruleCases } from './rules.ts';
import { workerCases } from './worker.ts';

interface Asked {
  readonly json?: string;
  readonly record: boolean;
  readonly quick: boolean;
  readonly brokers?: string;
}

const { values, words } = asked<Asked>('bench', 'what things cost on this machine', (command) =>
  command
    .argument(
      '[word...]',
      'only cases whose group or name holds one of these; log: also the log, on a broker',
    )
    .option('--quick', 'few rounds', false)
    .option('--json <file>', 'write the figures')
    .option('--record', 'keep the figures under bench/record/, named by the day', false)
    .option('--brokers <host:port,...>', 'for log: a Kafka that runs (default: one is started)'),
);
const here = machine();
console.log(`${here.cpu}, ${here.cores} cores, Node ${here.node}; median of rounds, µs an item`);

const cases = [
  ...kernelCases(),
  ...flameCases(),
  ...pipelineCases(),
  ...cameraCases(),
  ...workerCases(),
  ...ruleCases(),
].filter(({ group, name }) => words.length === 0 || words.some((word) => `${group} ${name}`.includes(word)));
if (cases.length === 0 && !words.includes('log')) {
  console.error(
    `usage: no case holds ${words.join(' or ')}; expected a part of a name that is printed without words`,
  );
  process.exit(BAD_INPUT);
}
const timings: Timing[] = [];
for (const one of cases) timings.push(await time(one, values.quick ? QUICK : FULL));
// Takes minutes and a broker, so only when it is asked for.
const log = words.includes('log')
  ? await benchLog(values.quick ? QUICK : FULL, values.brokers?.split(',') ?? [])
  : undefined;
timings.push(...(log?.timings ?? []));
for (const group of new Set(timings.map((timing) => timing.group))) {
  const rows = timings.filter((timing) => timing.group === group).map(timingRow);
  console.log(`\n${table([group, ...TIMING_HEADINGS.slice(1)], rows)}`);
}
for (const line of log?.lines ?? []) console.log(line);
const dated = { at: new Date().toISOString(), machine: here, timings };
const files = [
  ...(values.json === undefined ? [] : [values.json]),
  ...(values.record ? [`bench/record/${dated.at.slice(0, 10)}.json`] : []),
];
for (const file of files) {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(dated, null, 2)}\n`);
}
