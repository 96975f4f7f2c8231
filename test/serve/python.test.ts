/** A client in another language, as docs/examples/python has it: what it prints is what is on the log, also after a break. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../../pipeline/serve/serve.ts';
import { havePart } from '../support/require.ts';
import { openWorld, scriptedReview, verified, type World } from './world.ts';

const python = process.env.VIGIE_PYTHON ?? 'python3';
const present = havePart(
  'python',
  hasGrpc(),
  `${python} has no grpcio and grpcio-tools (or VIGIE_PYTHON names another)`,
);
const STARTS_MS = 120_000;

function hasGrpc(): boolean {
  try {
    execFileSync(python, ['-c', 'import grpc, grpc_tools.protoc'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!present)('the Python example', () => {
  let world: World;
  let directory: string;
  beforeAll(async () => {
    world = await openWorld();
    directory = await mkdtemp(join(tmpdir(), 'vigie-'));
  });
  afterAll(async () => {
    await world.close();
    await rm(directory, { recursive: true });
  });

  const start = (...words: string[]) => {
    const child = spawn(python, [
      'docs/examples/python/subscribe.py',
      '--server',
      world.serving.address,
      ...words,
    ]);
    const said = { output: '', errors: '' };
    const waiters = new Set<() => void>();
    for (const [name, stream] of [
      ['output', child.stdout],
      ['errors', child.stderr],
    ] as const) {
      stream.on('data', (chunk: Buffer) => {
        said[name] += chunk;
        for (const look of waiters) look();
      });
    }
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const heard = (where: 'output' | 'errors', what: string) =>
      new Promise<void>((resolve, reject) => {
        const look = () => said[where].includes(what) && resolve();
        waiters.add(look);
        void ended.then(() => reject(new Error(`it ended: ${said.errors}`)));
        look();
      });
    return { said, ended, heard, stop: () => child.kill('SIGINT') };
  };
  const idsIn = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).id);

  it(
    'prints what is kept, then goes on with its token where it was',
    async () => {
      const all = Array.from({ length: 10 }, (_, n) => verified(n));
      await world.append(...all);
      const tokenFile = join(directory, 'token');
      const seen: string[] = [];
      for (let round = 0; round < 2; round++) {
        const one = start('--from-start', '--token-file', tokenFile, '--count', '5');
        expect(await one.ended, one.said.errors).toBe(0);
        seen.push(...idsIn(one.said.output));
      }
      expect(seen.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
    },
    STARTS_MS,
  );

  it(
    'filters, outlives the server, and says when it is up to date',
    async () => {
      const { log, serving } = world;
      const one = start('--site', 'elsewhere', '--type', 'density');
      await one.heard('errors', 'up to date');
      await world.append(verified(20), verified(21, { site: 'elsewhere' }));
      await world.append(verified(22, { site: 'elsewhere', type: 'density' }));
      await one.heard('output', verified(22, { site: 'elsewhere' }).id);
      await serving.close(100);
      await one.heard('errors', 'connection lost');
      const next = await serve({ log, review: scriptedReview(), port: serving.port, progressMs: 50 });
      await world.append(verified(23, { site: 'elsewhere', type: 'density' }));
      await one.heard('output', verified(23, { site: 'elsewhere' }).id);
      one.stop();
      await one.ended;
      expect(idsIn(one.said.output)).toEqual([22, 23].map((n) => verified(n, { site: 'elsewhere' }).id));
      await next.close(100);
    },
    STARTS_MS,
  );

  it(
    'ends with the words of a refusal that stays',
    async () => {
      const other = await openWorld({ partitions: 2 });
      const child = start('--token-file', join(directory, 'token'), '--server', other.serving.address);
      expect(await child.ended).toBe(1);
      expect(child.said.errors).toContain('FAILED_PRECONDITION');
      await other.close();
    },
    STARTS_MS,
  );
});
