/** SetupService over a real station: drawn, tried, saved, taken up without a restart, overtaken, brought back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import type { AuditEntry, Candidate } from '../../pipeline/model.ts';
import { openClient, RpcError } from '../../pipeline/serve/client/client.ts';
import { createTopics, PARTITIONS_DEFAULT, TOPICS } from '../../pipeline/topics.ts';
import { partitionsOf, readThrough } from '../../pipeline/topology/history.ts';
import { LEAD_MS } from '../../pipeline/topology/setups.ts';
import { type Station, startStation } from '../../pipeline/topology.ts';
import { decodeAuditEntry, decodeCandidate, type SaveSetupRequest } from '../../proto/messages.ts';
import { NO_TRACKS, TRACKS, text } from '../support/setups.ts';
import { walked } from '../support/walked.ts';
import { walkedSite } from '../support/walker.ts';

const EPOCH = 1_790_000_000_000;
const WALK_MS = 60_000;
const SOON = { timeout: 20_000, interval: 20 };
const by = { name: 'C. Lefèvre', role: 'supervisor' } as const;
const AT = { site: 'gare', camera: 'quai' };
const [quai, voie] = walkedSite('gare', ['quai', 'voie']).cameras.map(({ source: _, ...camera }) => camera);
const site = { ...walkedSite('gare', ['quai', 'voie']), cameras: [quai!, voie!] };

const clock = { nowMs: EPOCH };
const log = openMemoryLog({ now: () => clock.nowMs });
let station: Station;
let client: ReturnType<typeof openClient>;
beforeAll(async () => {
  await createTopics(log);
  const where = { host: '127.0.0.1', port: 0 };
  const how = { pace: 'real', loop: false, shared: false } as const;
  station = await startStation({ log, site, ...how, ...where, nowMs: () => clock.nowMs });
  client = openClient(station.serving.address);
}, 60_000);
afterAll(async () => {
  client.close();
  await station.stop();
  await log.close();
});

/** Somebody walks once more, before both cameras; everything that follows is on the log. */
async function walk(n: number): Promise<void> {
  const epoch = EPOCH + n * WALK_MS;
  clock.nowMs = epoch + 50_000;
  const push = client.openPush();
  for (const camera of ['quai', 'voie']) {
    const frames = await walked(epoch, camera);
    for (let i = 0; i < frames.length; i += 32) await push.push(frames.slice(i, i + 32));
  }
  await push.close();
  await expect.poll(() => station.lag(), SOON).toBe(0);
}

async function claims(): Promise<Candidate[]> {
  const found: Candidate[] = [];
  const read = ({ value }: { value: Uint8Array }) => found.push(decodeCandidate(value));
  await readThrough(log, partitionsOf(TOPICS.candidates, PARTITIONS_DEFAULT), read);
  return found;
}
const begun = async (n: number, camera = 'quai') =>
  (await claims())
    .filter((one) => one.phase === 'begin' && one.camera === camera && one.epoch === EPOCH + n * WALK_MS)
    .map(({ build: _, ...one }) => one);
const words = (claimed: readonly Pick<Candidate, 'rule' | 'ruleVersion'>[]) =>
  claimed.map(({ rule, ruleVersion }) => `${rule} ${ruleVersion}`).sort();

async function audited(): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  await readThrough(log, [{ topic: TOPICS.audit, partition: 0 }], ({ value }) =>
    found.push(decodeAuditEntry(value)),
  );
  return found.filter(({ act }) => act === 'setup');
}
const save = (parts: Parameters<typeof text>[0], basedOn: number, more: Partial<SaveSetupRequest> = {}) =>
  client.saveSetup({ ...AT, text: text(parts), basedOn, author: by, ...more });
const refused = async (asked: Promise<unknown>) => {
  const error = await asked.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (error instanceof RpcError) return { status: error.status, code: error.code, message: error.message };
  throw error ?? new Error('it was answered');
};

const LEFT = { ...TRACKS, id: 'left' };
const BUSY = { id: 'busy', event: 'density', zone: 'left', limit: { people: 0.4 }, for: '1s' };
const FIRST = { zones: [TRACKS, LEFT], rules: [NO_TRACKS, BUSY] };

describe('a station', { timeout: 60_000 }, () => {
  it('begins with what the site file says', async () => {
    await walk(0);
    const setups = await client.getSetups('gare');
    expect(setups.map(({ camera, version }) => `${camera} ${version}`)).toEqual(['quai 0', 'voie 0']);
    expect(JSON.parse(setups[0]!.text)).toMatchObject({ zones: [TRACKS], rules: [{ id: 'no-tracks' }] });
    expect(await client.listSetups('gare', 'quai')).toEqual([setups[0]]);
    expect(words(await begun(0))).toEqual(['no-tracks 1']);
  });

  it('tries a draft: what it runs already claims what was claimed, and another claims otherwise', async () => {
    const [inForce] = await client.getSetups('gare', ['quai']);
    const back = { ...AT, backMs: 3_600_000 };
    const tried = await client.previewSetup({ ...back, text: inForce!.text });
    expect(tried).toMatchObject({ faults: [], fromMs: EPOCH, frames: 180 + 1 });
    expect(tried.candidates.map(({ build: _, ...one }) => one)).toEqual(await begun(0));
    const slow = { zones: [TRACKS], rules: [{ ...NO_TRACKS, for: '30s' }] };
    expect((await client.previewSetup({ ...back, text: text(slow) })).candidates).toEqual([]);
    expect(words((await client.previewSetup({ ...back, text: text(FIRST) })).candidates)).toEqual([
      'busy 1',
      'no-tracks 1',
    ]);
    // The walker comes into the zone after 12 s; of what lies before the time asked for nothing is told.
    const late = await client.previewSetup({ ...AT, text: inForce!.text, backMs: 30_000 });
    expect(late).toMatchObject({ candidates: [], fromMs: EPOCH + 20_000 });
  });

  it('says what is wrong, and neither tries nor saves it', async () => {
    const wrong = { zones: [{ id: 'a', polygon: [[0, 0]] }], rules: [NO_TRACKS] };
    const faults = [
      { code: 'zone_too_few_points', at: 'zones[0].polygon' },
      { code: 'rule_unknown_zone', at: 'rules[0].zone' },
    ];
    const tried = await client.previewSetup({ ...AT, text: text(wrong), backMs: 60_000 });
    expect(tried).toMatchObject({ faults, frames: 0 });
    expect(await save(wrong, 0)).toMatchObject({ faults });
    expect(await client.listSetups('gare', 'quai')).toHaveLength(1);
    expect(await audited()).toEqual([]);
  });

  it('saves nothing that would be too large to be read, once defaults are written out', async () => {
    const round = Array.from({ length: 64 }, (_, i) => {
      const turn = (2 * Math.PI * i) / 64;
      return [0.5 + Math.cos(turn) / 3, 0.5 + Math.sin(turn) / 3];
    });
    const zones = Array.from({ length: 64 }, (_, i) => ({ id: `z${i}`, polygon: round }));
    const lines = Array.from({ length: 12 }, (_, i) => ({ id: `l${i}`, points: round }));
    const rules = Array.from({ length: 128 }, (_, i) => ({ id: `r${i}`, event: 'fire' }));
    const length = text({ zones, lines, rules }).length;
    expect(length).toBeGreaterThan(195_000);
    expect(length).toBeLessThan(200_000);
    expect(await save({ zones, lines, rules }, 0)).toMatchObject({ faults: [{ code: 'setup_too_large' }] });
  });

  it('takes up what was saved, on that camera alone, from the time at which it holds', async () => {
    const { setup } = await save(FIRST, 0, { note: 'quai élargi' });
    expect(setup).toMatchObject({ version: 1, author: by, note: 'quai élargi', savedAtMs: clock.nowMs });
    expect(setup!.holdsFromMs).toBe(clock.nowMs + LEAD_MS);
    expect((await client.getSetups('gare', ['quai']))[0]?.version).toBe(0);
    await walk(1);
    expect(words(await begun(1))).toEqual(['busy 1', 'no-tracks 1']);
    expect(words(await begun(1, 'voie'))).toEqual(['no-tracks 1']);
    expect(await client.getSetups('gare', ['quai'])).toEqual([setup]);
    const tried = await client.previewSetup({ ...AT, text: setup!.text, backMs: WALK_MS });
    expect(tried.candidates.map(({ build: _, ...one }) => one)).toEqual(await begun(1));
    const [status] = (await client.status()).cameras;
    expect(status?.zones.map(({ zone }) => zone)).toEqual(['tracks', 'left']);
    expect([...station.tally.cameras.get('quai')!.people.keys()]).toEqual(['tracks', 'left']);
    expect(station.tally.rejected.size).toBe(0);
  });

  it('saves nothing over what somebody else saved', async () => {
    const other = { name: 'D. Petit', role: 'supervisor' } as const;
    expect(await refused(save({}, 0, { author: other }))).toMatchObject({
      status: 'FAILED_PRECONDITION',
      code: 'setup_overtaken',
      message: expect.stringMatching(/^version 1 of 'quai' was saved by C. Lefèvre on 2026-/),
    });
    const two = [save(FIRST, 1, { author: other }), save({ ...FIRST, lines: [] }, 1)];
    const done = await Promise.allSettled(two);
    expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await client.listSetups('gare', 'quai')).map(({ version }) => version)).toEqual([2, 1, 0]);
  });

  it('brings a version back, if its text is that one', async () => {
    const [, first, file] = await client.listSetups('gare', 'quai');
    const back = { ...AT, author: by, basedOn: 2 };
    const another = client.saveSetup({ ...back, text: first!.text, revertsTo: 0 });
    expect((await refused(another)).code).toBe('revert_differs');
    const unknown = client.saveSetup({ ...back, text: file!.text, revertsTo: 9 });
    expect(await refused(unknown)).toMatchObject({ status: 'INVALID_ARGUMENT', code: 'unknown_version' });
    const { setup } = await client.saveSetup({ ...back, text: file!.text, revertsTo: 0 });
    expect(setup).toMatchObject({ version: 3, revertsTo: 0 });
    await walk(2);
    expect(words(await begun(2))).toEqual(['no-tracks 1']);
  });

  it('wants a supervisor with a name, and knows its site and cameras', async () => {
    const agent = { name: 'A. Martin', role: 'agent' } as const;
    expect((await refused(save({}, 3, { author: agent }))).code).toBe('wrong_role');
    expect((await refused(save({}, 3, { author: { ...by, name: ' ' } }))).code).toBe('no_author_name');
    expect((await refused(save({}, 3, { camera: 'gone' }))).code).toBe('unknown_camera');
    expect((await refused(client.getSetups('elsewhere'))).code).toBe('unknown_site');
    expect((await refused(client.listSetups('gare', 'gone'))).status).toBe('NOT_FOUND');
    for (const backMs of [0, 3_600_001])
      expect((await refused(client.previewSetup({ ...AT, text: '{}', backMs }))).code).toBe('bad_back_ms');
  });

  it('has who saved what and why in the audit', async () => {
    const entries = await audited();
    const ok = entries.filter(({ result }) => result === 'ok');
    expect(ok.map(({ why }) => why)).toEqual([
      'version 1: quai élargi',
      'version 2',
      'version 3, brings back 0',
    ]);
    expect(ok[0]).toMatchObject({ who: by.name, role: by.role, object: 'gare/quai', proof: 'development' });
    const results = entries.map(({ result }) => result);
    expect(results).toEqual(expect.arrayContaining(['setup_overtaken', 'revert_differs', 'unknown_version']));
  });

  it('remembers through a restart', async () => {
    await client.saveSetup({ ...AT, text: text(FIRST), basedOn: 3, author: by });
    await station.stop();
    const how = { pace: 'real', loop: false, shared: false, host: '127.0.0.1', port: 0 } as const;
    client.close();
    station = await startStation({ log, site, ...how, nowMs: () => clock.nowMs });
    client = openClient(station.serving.address);
    await walk(3);
    expect(words(await begun(3))).toEqual(['busy 4', 'no-tracks 1']);
    expect((await client.listSetups('gare', 'quai')).map(({ version }) => version)).toEqual([4, 3, 2, 1, 0]);
  });
});
