/**
 * `npm run faults -- [--kills 60] [--cameras 200] [--fps 2] [--pace 6] [--partitions 16] [--seed N] [--json FILE]
 * [--keep DIR]`: the kill test over three real brokers. `--restore 500`: instead, how long so many cameras wait when
 * their worker is killed. Exit code 1 when something was lost, doubled or never came.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { restoreTest } from './restore.ts';
import { killTest, type Outcome } from './run.ts';
import { table } from './table.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '60' },
    cameras: { type: 'string', default: '200' },
    fps: { type: 'string', default: '2' },
    pace: { type: 'string', default: '6' },
    partitions: { type: 'string', default: '16' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    restore: { type: 'string' },
    json: { type: 'string' },
    keep: { type: 'string' },
  },
});
// Brokers and processes end with this one.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const say = (line: string) => process.stdout.write(`${line}\n`);

async function kills(): Promise<number> {
  const seed = Number(values.seed);
  say(
    `seed ${seed}: ${values.kills} kills, ${values.cameras} rendered cameras at ${values.fps} pictures a second`,
  );
  const outcome: Outcome = await killTest({
    ...{ seed, say, kills: Number(values.kills), cameras: Number(values.cameras), fps: Number(values.fps) },
    ...{ paceMs: 1_000 * Number(values.pace), partitions: Number(values.partitions) },
    command: fileURLToPath(new URL('../../pipeline/main.js', import.meta.url)),
    ...(values.keep === undefined ? {} : { directory: values.keep }),
  });
  say(table(outcome));
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify({ ...values, ...outcome }, null, 2)}\n`);
  return outcome.violations.length === 0 ? 0 : 1;
}

async function restores(cameras: number): Promise<number> {
  const results = await restoreTest(cameras, Number(values.partitions), say);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
  return results.every((one) => one.cameras > 0) ? 0 : 1;
}

process.exitCode = values.restore === undefined ? await kills() : await restores(Number(values.restore));
