/**
 * `npm run bench:network [-- --minutes 30 --cameras 2300 --fps 5 --workers 1 --brokers host:port]`: a region for half an
 * hour, through a real broker. Starts one from the published jars when none is named. Checks that every frame that went
 * in was measured, that nothing was put aside, that lag is bounded and that memory does not grow. Exit code 1 otherwise.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { wholeNumber } from '../../pipeline/commands/command.ts';
import { openLog } from '../../pipeline/operate/log.ts';
import { createTopics } from '../../pipeline/topics.ts';
import { startKafka } from '../../test/support/kafka/broker.ts';
import { asked } from '../asked.ts';
import { machine } from '../harness.ts';
import { judge, type Sample } from './judge.ts';

interface Asked {
  readonly minutes: number;
  readonly cameras: number;
  readonly fps: number;
  readonly workers: number;
  readonly partitions: number;
  readonly brokers?: string;
  readonly json?: string;
}

const { values } = asked<Asked>(
  'bench:network',
  'a region for half an hour, through a real broker',
  (command) =>
    command
      .option('--minutes <n>', 'how long', wholeNumber, 30)
      .option('--cameras <n>', 'how many', wholeNumber, 2_300)
      .option('--fps <n>', 'pictures a second of each', wholeNumber, 5)
      .option('--workers <n>', 'processes that measure and detect', wholeNumber, 1)
      .option('--partitions <n>', 'of the topics', wholeNumber, 32)
      .option('--brokers <host:port,...>', 'a Kafka that runs (default: one is started)')
      .option('--json <file>', 'write the figures'),
);
const { cameras, fps } = values;
const seconds = 60 * values.minutes;
const every = Math.max(2, Math.min(10, seconds / 30));
const kafka = values.brokers === undefined ? await startKafka() : undefined;
const brokers = values.brokers ?? kafka!.brokers.join(',');
const opened = await openLog({ kind: 'kafka', data: '', brokers: brokers.split(',') });
await createTopics(opened.log, { partitions: values.partitions });
await opened.close();

const here = machine();
console.log(
  `${cameras} cameras at ${fps}/s for ${values.minutes} minutes, ${values.workers} worker(s); ${here.cpu}, ${here.cores} cores, Node ${here.node}`,
);
const workers = Array.from({ length: values.workers }, () => child('worker', ['--expose-gc']));
await sleep(5_000);
const feed = child('feed', []);
const show = setInterval(() => {
  const sent = feed.last.sent ?? 0;
  const measured = sum('frames');
  const rss = Math.round(sum('rss') / 1e6);
  console.log(`${sent} in, ${measured} measured, lag ${sum('lag')} records, workers ${rss} MB`);
}, 30_000);
await feed.ended;
await drained();
clearInterval(show);
for (const { process } of workers) process.kill('SIGTERM');
await Promise.all(workers.map(({ ended }) => ended));
await kafka?.stop();

const result = judge({
  sent: feed.last.sent ?? 0,
  seconds,
  workers: workers.map(({ samples }) => samples),
});
console.log(result.text);
if (values.json !== undefined)
  await writeFile(
    values.json,
    `${JSON.stringify({ machine: here, ...values, ...result, samples: workers.map(({ samples }) => samples) }, null, 2)}\n`,
  );
process.exitCode = result.faults.length === 0 ? 0 : 1;

/** A worker's report, or the feed's. */
type Told = Sample & { readonly sent: number };

interface Child {
  readonly process: ChildProcess;
  readonly samples: readonly Told[];
  readonly last: Partial<Told>;
  readonly ended: Promise<void>;
}

function child(name: 'worker' | 'feed', flags: readonly string[]): Child {
  const file = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  const args = [
    '--cameras',
    `${cameras}`,
    '--fps',
    `${fps}`,
    '--seconds',
    `${seconds}`,
    '--every',
    `${every}`,
  ];
  const started = spawn(process.execPath, [...flags, file, ...args, '--brokers', brokers], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const samples: Told[] = [];
  const last: Partial<Told> = {};
  createInterface({ input: started.stdout }).on('line', (line) => {
    const told = JSON.parse(line) as Told;
    samples.push(told);
    Object.assign(last, told);
  });
  const ended = new Promise<void>((resolve) => started.on('close', () => resolve()));
  return { process: started, samples, last, ended };
}

function sum(name: 'frames' | 'lag' | 'rss'): number {
  return workers.reduce((total, { last }) => total + (last[name] ?? 0), 0);
}

/** Workers may be behind by what they buffer; they have two minutes for it. */
async function drained(): Promise<void> {
  for (let waited = 0; waited < 120 && sum('frames') < (feed.last.sent ?? 0); waited++) await sleep(1_000);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
