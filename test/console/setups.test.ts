/** Setups and context through the console, over a real station: zones are drawn, tried, saved and brought back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  CameraSetup,
  CandidateContext,
  Preview,
  SaveAnswer,
  SetupText,
} from '../../pipeline/console/api.ts';
import { PATHS } from '../../pipeline/console/api.ts';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import type { Log } from '../../pipeline/log/port.ts';
import { TOPICS } from '../../pipeline/topics.ts';
import { type RunningConsole, startConsole } from '../support/console.ts';
import { type Browser, openBrowser } from './browser.ts';

let running: RunningConsole;
let supervisor: Browser;
const held = holding(openMemoryLog());
beforeAll(async () => {
  running = await startConsole({ log: held.log });
  supervisor = openBrowser(running.url);
  await supervisor.logIn({ name: 'B. Petit', role: 'supervisor' });
});
afterAll(() => running.stop());

const AT = { site: 'gare', camera: 'hall' };
const inForce = async (): Promise<CameraSetup> => {
  const { body } = await supervisor.get<CameraSetup[]>(`${PATHS.setups}?site=gare`);
  return body.find(({ camera }) => camera === 'hall')!;
};
const wider = ({ zones, ...rest }: SetupText): SetupText => ({
  ...rest,
  zones: zones.map((zone) =>
    zone.id === 'tracks'
      ? {
          ...zone,
          polygon: [
            [0, 0],
            [0.4, 0],
            [0.4, 1],
            [0, 1],
          ],
        }
      : zone,
  ),
});

describe('zones and rules', () => {
  it('are those of the site file until somebody saves, with their own keys', async () => {
    const { status, body } = await supervisor.get<CameraSetup[]>(`${PATHS.setups}?site=gare`);
    expect(status).toBe(200);
    expect(body.map(({ camera, version }) => [camera, version])).toEqual([
      ['quai-a', 0],
      ['quai-b', 0],
      ['hall', 0],
    ]);
    const { setup, author, savedAtMs } = body[2]!;
    expect([author, savedAtMs]).toEqual([undefined, undefined]);
    expect(setup.zones.map(({ id, area_m2 }) => [id, area_m2])).toEqual([
      ['tracks', undefined],
      ['platform', 140],
    ]);
    expect(setup.rules.map(({ id, event, zone }) => [id, event, zone])).toEqual([
      ['no-tracks', 'forbidden_zone', 'tracks'],
      ['too-full', 'density', 'platform'],
    ]);
  });

  it('are tried on what is kept, or refused with every fault and its place', async () => {
    const { setup } = await inForce();
    const tried = await supervisor.post<Preview>(PATHS.setupPreview, { ...AT, setup, backMs: 600_000 });
    expect(tried).toMatchObject({ status: 200, body: { faults: [], candidates: [], frames: 0 } });
    const wrong = {
      ...setup,
      zones: [
        {
          id: 'tracks',
          polygon: [
            [0, 0],
            [1, 1],
          ],
        },
      ],
    };
    const { status, body } = await supervisor.post<Preview>(PATHS.setupPreview, {
      ...AT,
      setup: wrong,
      backMs: 1_000,
    });
    expect(status).toBe(200);
    expect(body.faults.map(({ at }) => at)).toContain('zones[0].polygon');
  });

  it('whose preview the browser no longer waits for are no mistake of the console', async () => {
    const wish = { ...AT, setup: (await inForce()).setup, backMs: 600_000 };
    const { comes, release } = held.hold();
    const leaving = new AbortController();
    const left = supervisor.post(PATHS.setupPreview, wish, {}, leaving.signal);
    await comes;
    leaving.abort();
    await expect(left).rejects.toThrow('aborted');
    release();
    // One preview of a caller at a time: the first is over.
    await expect.poll(async () => (await supervisor.post(PATHS.setupPreview, wish)).status).toBe(200);
    expect(running.failures).toEqual([]);
  });

  it('are saved in the name of who did it, from the version that they looked at, and brought back', async () => {
    const before = await inForce();
    const wish = { ...AT, setup: wider(before.setup), basedOn: before.version, note: 'façade élargie' };
    const saved = await supervisor.post<SaveAnswer>(PATHS.setupSave, wish);
    expect(saved).toMatchObject({
      status: 200,
      body: {
        faults: [],
        saved: { version: 1, author: { name: 'B. Petit', role: 'supervisor' }, note: 'façade élargie' },
      },
    });
    // It holds from a moment after it was saved.
    await expect.poll(async () => (await inForce()).version, { timeout: 10_000 }).toBe(1);
    expect(await supervisor.post(PATHS.setupSave, wish)).toMatchObject({
      status: 409,
      body: { code: 'setup_overtaken' },
    });
    const back = { ...AT, setup: before.setup, basedOn: 1, revertsTo: 0 };
    expect(await supervisor.post(PATHS.setupSave, back)).toMatchObject({
      status: 200,
      body: { saved: { version: 2, revertsTo: 0 } },
    });
    const versions = await supervisor.get<CameraSetup[]>(`${PATHS.setupVersions}?site=gare&camera=hall`);
    expect(versions.body.map(({ version, revertsTo }) => [version, revertsTo])).toEqual([
      [2, 0],
      [1, undefined],
      [0, undefined],
    ]);
  });

  it('that nobody knows are said to be unknown', async () => {
    expect(await supervisor.get(`${PATHS.setups}?site=elsewhere`)).toMatchObject({
      status: 404,
      body: { code: 'unknown_site' },
    });
    expect(await supervisor.get(`${PATHS.setups}`)).toMatchObject({
      status: 400,
      body: { code: 'bad_request' },
    });
    const versions = await supervisor.get(`${PATHS.setupVersions}?site=gare&camera=nowhere`);
    expect(versions).toMatchObject({ status: 404, body: { code: 'unknown_camera' } });
    expect(running.failures).toEqual([]);
  });
});

describe('the context of a candidate', () => {
  it('is what was decided here before, last first, with what the camera watches for', async () => {
    const raised = await running.raise(...Array.from({ length: 3 }, () => ({ camera: 'quai-a' })), {
      camera: 'quai-b',
    });
    await expect.poll(async () => (await running.client!.listCandidates()).length).toBe(4);
    for (const [n, { id }] of [raised[0]!, raised[1]!, raised[3]!].entries()) {
      const act = { kind: 'reject', reason: 'false' };
      expect((await supervisor.post(PATHS.decide, { id: `v${n}`, candidate: id, act })).status).toBe(200);
    }
    const path = `${PATHS.context}?candidate=${encodeURIComponent(raised[2]!.id)}`;
    const { status, body } = await supervisor.get<CandidateContext>(path);
    expect(status).toBe(200);
    expect(body.earlier.map(({ candidate: { id } }) => id).sort()).toEqual(
      [raised[0]!.id, raised[1]!.id].sort(),
    );
    expect(body.setup).toMatchObject({ camera: 'quai-a', version: 0 });
    expect(body.history?.zone).toBe('tracks');
    expect(body.history?.points.length).toBeGreaterThan(0);
    expect(body.history?.points.every(({ people }) => people === undefined)).toBe(true);
    const bad = await supervisor.get(`${PATHS.context}?candidate=gare`);
    expect(bad).toMatchObject({ status: 400, body: { code: 'bad_request' } });
  });
});

/** A log that can be made to keep whoever tries a draft waiting. */
function holding(log: Log) {
  const offsetAt = log.offsetAt.bind(log);
  let open: Promise<void> | undefined;
  let came = () => {};
  log.offsetAt = async (at, timestampMs) => {
    if (at.topic === TOPICS.frames) {
      came();
      await open;
    }
    return offsetAt(at, timestampMs);
  };
  return {
    log,
    hold() {
      const comes = new Promise<void>((resolve) => {
        came = resolve;
      });
      let release = () => {};
      open = new Promise((resolve) => {
        release = resolve;
      });
      return { comes, release };
    },
  };
}
