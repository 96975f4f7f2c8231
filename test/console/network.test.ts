/** The network page's line: all of it, then what changes. */
import { afterEach, describe, expect, it } from 'vitest';
import { type NetworkCamera, type NetworkSite, PATHS } from '../../pipeline/console/api.ts';
import { CameraWatched, LATE_MS } from '../../pipeline/console/network-camera.ts';
import { partitionFor } from '../../pipeline/log/partition.ts';
import { cameraKey, type Observation, VIEW_STATES } from '../../pipeline/model.ts';
import { PARTITIONS_DEFAULT, TOPICS } from '../../pipeline/topics.ts';
import { type CameraStatus, encodeObservation } from '../../proto/messages.ts';
import { quietSite, type RunningConsole, startConsole } from '../support/console.ts';
import { type Heard, type Listening, openBrowser } from './browser.ts';

let running: RunningConsole | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

const NOW = 1_794_000_000_000;
const status = (change: Partial<CameraStatus> = {}): CameraStatus => ({
  camera: 'quai',
  source: 'live',
  zones: [{ zone: 'platform' }],
  ...{ repeats: 0, late: 0, skipped: 0, spooled: 0, dropped: 0 },
  ...change,
});
const observation = (change: Partial<Observation> = {}): Observation => ({
  site: 'gare',
  camera: 'quai',
  epoch: NOW - 60_000,
  frame: 5,
  atMs: NOW,
  view: 'ok',
  zones: [{ zone: 'platform', people: 3.26, density: 0.1, fluxX: 0, fluxY: 0 }],
  crossings: [],
  frames: 5,
  ...change,
});

describe('a camera', () => {
  it.each<[string, Partial<CameraStatus>, NetworkCamera['state'], string | undefined]>([
    ['whose source failed', { source: 'failed', why: 'no such file' }, 'stopped', 'no such file'],
    ['whose source has ended', { source: 'ended' }, 'stopped', 'ended'],
    ['that opens', { source: 'opening' }, 'starting', undefined],
    ['that others watch and nobody has seen', { source: 'external' }, 'unknown', undefined],
    ['that was seen, long ago', { source: 'external', observedAtMs: NOW }, 'late', undefined],
    ['that sees', { observedAtMs: NOW, view: 'ok' }, 'live', undefined],
  ])('%s', (_, change, state, why) => {
    const { state: found, why: said } = new CameraWatched(status(change), NOW).at(NOW);
    expect([found, said]).toEqual([state, why]);
  });

  it('is live only with a view that can be trusted', () => {
    const states = VIEW_STATES.map((view) => {
      const camera = new CameraWatched(status(), NOW);
      camera.observed(observation({ view }), NOW);
      return [view, camera.at(NOW).state];
    });
    expect(Object.fromEntries(states)).toEqual({
      ok: 'live',
      warming: 'starting',
      moved: 'moved',
      ...{
        lost: 'blind',
        frozen: 'blind',
        dark: 'blind',
        bright: 'blind',
        blurred: 'blind',
        covered: 'blind',
      },
    });
  });

  it('is late after five seconds without a word, and its people are then unknown, not zero', () => {
    const camera = new CameraWatched(status(), NOW);
    camera.observed(observation(), NOW);
    expect(camera.at(NOW + LATE_MS)).toMatchObject({ state: 'live', zones: [{ people: 3.3 }] });
    const late = camera.at(NOW + LATE_MS + 1);
    expect(late).toMatchObject({ state: 'late', observedAtMs: NOW });
    expect(late.zones).toEqual([{ zone: 'platform' }]);
    camera.observed(observation({ atMs: NOW + 9_000 }), NOW + 9_000);
    expect(camera.at(NOW + 9_001).state).toBe('live');
  });

  it('is not brought back by a status that says nothing new', () => {
    const camera = new CameraWatched(status({ observedAtMs: NOW, view: 'ok' }), NOW);
    camera.told(status({ observedAtMs: NOW, view: 'ok' }), NOW + 4_000);
    expect(camera.at(NOW + LATE_MS + 1).state).toBe('late');
    camera.told(status({ observedAtMs: NOW + 4_500, view: 'ok' }), NOW + 6_000);
    expect(camera.at(NOW + 6_001).state).toBe('live');
  });
});

/** What a page would show after all that was said. */
function folded(heard: readonly Heard[]): Map<string, NetworkCamera> {
  const cameras = new Map<string, NetworkCamera>();
  for (const { kind, data } of heard) {
    if (kind === 'network') cameras.clear();
    if (kind !== 'network' && kind !== 'changes') continue;
    for (const site of data.sites as NetworkSite[])
      for (const one of site.cameras) cameras.set(`${site.site}/${one.camera}`, one);
  }
  return cameras;
}

async function line(site = quietSite()): Promise<Listening> {
  running = await startConsole({ site });
  const browser = openBrowser(running.url);
  await browser.logIn({ name: 'B. Petit', role: 'supervisor' });
  const listening = browser.listen(PATHS.network);
  await listening.until(({ kind }) => kind === 'network');
  return listening;
}

async function observe(...observations: readonly Observation[]): Promise<void> {
  await running!.log.append(
    observations.map((one) => ({
      topic: TOPICS.observations,
      partition: partitionFor(cameraKey(one.site, one.camera), PARTITIONS_DEFAULT),
      value: encodeObservation(one),
    })),
  );
}

describe('the line', () => {
  it('tells all cameras, then what is measured and what waits', async () => {
    const listening = await line();
    const first = listening.heard.find(({ kind }) => kind === 'network')!.data.sites as NetworkSite[];
    expect(first).toMatchObject([{ site: 'gare', kind: 'station', waiting: 0, claimed: 0 }]);
    expect(first[0]!.cameras.map(({ camera, state }) => [camera, state])).toEqual([
      ['quai-a', 'unknown'],
      ['quai-b', 'unknown'],
      ['hall', 'unknown'],
    ]);
    await running!.raise({ camera: 'hall' }, { camera: 'hall' }, { camera: 'quai-a' });
    await observe(observation({ camera: 'hall', atMs: Date.now() }));
    await expect
      .poll(() => folded(listening.heard).get('gare/hall'))
      .toMatchObject({
        state: 'live',
        candidates: 2,
        zones: [{ zone: 'platform', people: 3.3 }],
      });
    await expect.poll(() => folded(listening.heard).get('gare/quai-a')?.candidates).toBe(1);
    const waits = ({ data }: Heard) => data.sites?.some((one: NetworkSite) => one.waiting === 3) ?? false;
    await listening.until(waits);
    listening.leave();
  });

  it('of 2,300 cameras says at most five times a second what changed, and nothing else', async () => {
    const names = Array.from({ length: 2_300 }, (_, n) => `c${n}`);
    const listening = await line(quietSite('gare', names));
    expect(listening.heard.find(({ kind }) => kind === 'network')!.data.sites[0].cameras).toHaveLength(2_300);
    for (let round = 0; round < 3; round++) {
      const at = Date.now();
      await observe(
        ...names.map((camera) =>
          observation({
            camera,
            atMs: at,
            zones: [{ zone: 'platform', people: round, density: 0, fluxX: 0, fluxY: 0 }],
          }),
        ),
      );
      // The newest of each is told, whatever came between.
      const shows = () => {
        const cameras = folded(listening.heard);
        return names.filter((name) => cameras.get(`gare/${name}`)?.zones[0]?.people === round).length;
      };
      await expect.poll(shows, { timeout: 20_000 }).toBe(names.length);
    }
    const changes = listening.heard.filter(({ kind }) => kind === 'changes');
    const gaps = changes.slice(1).map(({ atMs }, n) => atMs - changes[n]!.atMs);
    // Two that a busy machine delivers late together are no fault of the line.
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / Math.max(1, gaps.length)).toBeGreaterThan(100);
    const before = listening.heard.length;
    await observe(observation({ camera: 'c7', zones: [] }));
    await expect.poll(() => listening.heard.length).toBeGreaterThan(before);
    const told = listening.heard
      .slice(before)
      .flatMap(({ data }) => (data.sites ?? []) as NetworkSite[])
      .flatMap(({ cameras }) => cameras.map(({ camera }) => camera));
    expect(told).toContain('c7');
    listening.leave();
  });
});
