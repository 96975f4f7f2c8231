/** Somebody walks onto the tracks, an agent watches the clip at the console and confirms, and the event is verified. */
import { afterEach, expect, it } from 'vitest';
import { PATHS } from '../../pipeline/console/api.ts';
import type { CandidateReview } from '../../pipeline/model.ts';
import { type RunningConsole, startConsole } from '../support/console.ts';
import { walkedSite, walker } from '../support/walker.ts';
import { openBrowser } from './browser.ts';

let running: RunningConsole;
afterEach(() => running.stop());

it('pictures go in, and what an agent saw and confirmed comes out', { timeout: 60_000 }, async () => {
  running = await startConsole({
    site: walkedSite('gare', ['quai']),
    station: { open: async (_, startMs) => walker(startMs) },
  });
  const agent = openBrowser(running.url);
  await agent.logIn({ name: 'A. Martin', role: 'agent' });
  const line = agent.listen(PATHS.queue);
  const told = await line.until(({ kind, data }) => kind === 'reviews' && data.reviews.length > 0);
  line.leave();
  const { candidate } = (told.data.reviews as CandidateReview[])[0]!;
  const confirm = () =>
    agent.post(PATHS.decide, { id: 'v', candidate: candidate.id, act: { kind: 'confirm' } });
  expect(await confirm()).toMatchObject({ status: 409, body: { code: 'clip_not_seen' } });

  const clip = await agent.get<string>(`${PATHS.clip}?candidate=${encodeURIComponent(candidate.id)}`);
  expect(clip.body).toContain('"part":"header"');
  expect(clip.body).toContain('"part":"end","code":"ok"');
  // Fetched is not seen.
  expect(await confirm()).toMatchObject({ status: 409, body: { code: 'clip_not_seen' } });
  expect((await agent.post(PATHS.seen, { candidate: candidate.id })).status).toBe(204);
  expect(await confirm()).toMatchObject({ status: 200, body: { state: { kind: 'confirmed' } } });

  await expect
    .poll(async () => (await running.client!.listEvents()).events.map(({ event }) => event.id), {
      timeout: 10_000,
    })
    .toEqual([candidate.id]);
  expect(running.failures).toEqual([]);
});
