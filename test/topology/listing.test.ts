/** What an agent is listed, by where it was claimed, and how much of it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Candidate } from '../../pipeline/model.ts';
import { quietSite, startServer } from '../support/console.ts';

let running: Awaited<ReturnType<typeof startServer>>;
let raised: readonly Candidate[];
beforeAll(async () => {
  running = await startServer(quietSite());
  raised = await running.raise(
    { camera: 'quai-a', rule: 'no-tracks' },
    { camera: 'quai-a', rule: 'too-full' },
    { camera: 'quai-b', rule: 'no-tracks' },
    { camera: 'quai-a', rule: 'no-tracks', severity: 'critical' },
  );
});
afterAll(() => running.stop());

async function listed(
  filter: NonNullable<Parameters<NonNullable<typeof running.client>['listCandidates']>[0]>,
) {
  const reviews = await running.client!.listCandidates(filter);
  return reviews.map(({ candidate }) => raised.findIndex(({ id }) => id === candidate.id));
}

it('of some cameras and rules alone', async () => {
  await expect.poll(async () => (await running.client!.listCandidates()).length).toBe(4);
  expect((await listed({ cameras: ['quai-a'] })).sort()).toEqual([0, 1, 3]);
  expect((await listed({ rules: ['no-tracks'] })).sort()).toEqual([0, 2, 3]);
  expect((await listed({ cameras: ['quai-a'], rules: ['no-tracks'] })).sort()).toEqual([0, 3]);
  expect(await listed({ cameras: ['elsewhere'] })).toEqual([]);
});

it('no more than was asked for: the most urgent of the open ones, the last decided of the others', async () => {
  expect(await listed({ limit: 1 })).toEqual([3]);
  const by = { name: 'A. Martin', role: 'agent' } as const;
  for (const n of [2, 0, 1]) {
    const act = { kind: 'reject', reason: 'false' } as const;
    await running.client!.decide({ id: `v${n}`, candidate: raised[n]!.id, by, act });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(await listed({ statuses: ['rejected'], limit: 2 })).toEqual([1, 0]);
  expect(await listed({ statuses: ['waiting', 'rejected'], limit: 2 })).toEqual([3, 1]);
});
