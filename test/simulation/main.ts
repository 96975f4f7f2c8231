/**
 * Runs seeds: `node dist/test/simulation/main.js [--from N] [--seeds N]`, until stopped when no number is given.
 * One seed with its trace: VIGIE_SEED=N in the environment.
 */
import { parseArgs } from 'node:util';
import { type Outcome, simulate } from './simulate.ts';

const { values } = parseArgs({ options: { from: { type: 'string' }, seeds: { type: 'string' } } });

function told({ seed, digest, violations, faults, figures }: Outcome): string {
  const weather = [...faults].map(([name, times]) => `${name} ${times}`).join(', ');
  const lines = violations.map(({ code, at, message }) => `  ${code}  ${at}: ${message}`);
  return [`seed ${seed}  trace ${digest}  ${JSON.stringify(figures)}  (${weather})`, ...lines].join('\n');
}

async function one(seed: number): Promise<number> {
  const outcome = await simulate(seed, { trace: true });
  process.stdout.write(outcome.lines.join(''));
  process.stdout.write(`${told(outcome)}\n`);
  return outcome.violations.length === 0 ? 0 : 1;
}

async function soak(from: number, seeds: number): Promise<number> {
  const beganMs = performance.now();
  let stopped = false;
  process.once('SIGINT', () => {
    stopped = true;
  });
  let failed = 0;
  let done = 0;
  const sums = new Map<string, number>();
  const add = (name: string, value: number) => sums.set(name, (sums.get(name) ?? 0) + value);
  const progress = () => {
    const seconds = (performance.now() - beganMs) / 1_000;
    const what = ['frames', 'claims', 'confirmed', 'events', 'deliveries'].map(
      (name) => `${sums.get(name) ?? 0} ${name}`,
    );
    process.stdout.write(
      `${done} seeds from ${from}, ${failed} failed, ${((1_000 * seconds) / done).toFixed(1)} ms a seed; ${what.join(', ')}\n`,
    );
  };
  for (let seed = from; done < seeds && !stopped; seed++) {
    const outcome = await simulate(seed);
    done += 1;
    for (const [name, value] of Object.entries(outcome.figures)) add(name, Number(value));
    for (const [name, times] of outcome.faults) add(`fault: ${name}`, times);
    add('turns', outcome.turns);
    add('virtual s', outcome.virtualMs / 1_000);
    if (outcome.violations.length > 0) {
      failed += 1;
      process.stdout.write(`${told(outcome)}\n`);
    }
    if (done % 500 === 0) progress();
  }
  progress();
  process.stdout.write(`${JSON.stringify(Object.fromEntries(sums))}\n`);
  return failed === 0 ? 0 : 1;
}

const single = process.env.VIGIE_SEED;
process.exitCode =
  single === undefined
    ? await soak(Number(values.from ?? 1), Number(values.seeds ?? Number.POSITIVE_INFINITY))
    : await one(Number(single));
