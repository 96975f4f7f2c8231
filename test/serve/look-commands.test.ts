/** `vigie events`, `vigie watch` and `vigie status` at a real server. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../pipeline/errors.ts';
import type { EventState } from '../../pipeline/model.ts';
import { type EventsWords, events, inFull, stateLine } from '../../pipeline/operate/events.ts';
import { installation, statusPage } from '../../pipeline/operate/installation.ts';
import { observationLine, type WatchWords, watch, watchTable } from '../../pipeline/operate/watch.ts';
import { RpcError } from '../../pipeline/serve/client/client.ts';
import type { StatusResponse } from '../../proto/messages.ts';
import { testTerminal } from './terminal.ts';
import { BEGAN_MS, candidate, confirmation, observed, openWorld, verified, type World } from './world.ts';

const STATUS: StatusResponse = {
  site: 'gare',
  siteName: 'Gare d’Exemple',
  siteKind: 'station',
  atMs: BEGAN_MS,
  upMs: 3_725_000,
  release: '0.1.0',
  cameras: [
    {
      camera: 'quai',
      source: 'live',
      view: 'ok',
      framesPerSecond: 4.96,
      zones: [{ zone: 'platform', people: 3.25 }, { zone: 'tracks' }],
      repeats: 0,
      late: 2,
      skipped: 0,
      spooled: 0,
      dropped: 0,
    },
    {
      camera: 'hall',
      source: 'external',
      zones: [],
      repeats: 0,
      late: 0,
      skipped: 0,
      spooled: 0,
      dropped: 0,
    },
  ],
  framesPerSecond: 4.96,
  waiting: 2,
  claimed: 1,
  verified: 7,
  subscribers: 1,
  rejected: [{ code: 'late', count: 2 }],
  outages: ['worker: cannot read, attempt 3'],
};

let world: World;
beforeEach(async () => {
  world = await openWorld({ status: { status: async () => STATUS } });
});
afterEach(() => world.close());

const SOON = { timeout: 10_000, interval: 20 };
const lines = (text: string) => text.trimEnd().split('\n');
const run = async (words: Partial<EventsWords> = {}, id?: string) => {
  const at = testTerminal();
  const code = await events(id, { server: world.serving.address, ...words }, at.terminal);
  return { code, ...at.said };
};
const listed = async (count: number) =>
  expect.poll(async () => (await world.client.listEvents()).events.length, SOON).toBe(count);

describe('vigie events', () => {
  it('lists what was verified, newest first, over several pages and no more than was asked for', async () => {
    await world.append(...Array.from({ length: 620 }, (_, n) => verified(n)));
    await listed(50);
    await expect.poll(async () => lines((await run({ limit: 1_000 })).output).length, SOON).toBe(620);
    const { code, output, errors } = await run({ limit: 3 });
    expect(code).toBe(0);
    expect(lines(output)).toHaveLength(3);
    expect(lines(output)[0]).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}verified {3}high {6}forbidden_zone {4}gare-exemple\/quai-4\/tracks {2}someone stands on the tracks for 3 s {2}by A\. Martin$/,
    );
    expect(errors).toContain('more than 3');
    const oldest = await run({ oldestFirst: true, json: true, limit: 2 });
    expect(lines(oldest.output).map((line) => JSON.parse(line).event.id)).toEqual(
      [0, 1].map((n) => candidate(n).id),
    );
  });

  it('hands its filters on, and says everything that is wrong with them', async () => {
    await world.append(verified(1), verified(2, { type: 'fire' }), verified(3, { site: 'b' }));
    await listed(3);
    const ids = async (words: Partial<EventsWords>) =>
      (await run({ json: true, ...words })).output
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).event.candidate.beganFrame);
    expect(await ids({ type: ['fire'] })).toEqual([2]);
    expect(await ids({ site: ['b'], camera: ['quai-3'], place: ['tracks'], state: ['verified'] })).toEqual([
      3,
    ]);
    expect(
      await ids({ since: confirmation(candidate(2)).atMs, until: confirmation(candidate(3)).atMs }),
    ).toEqual([2]);
    expect(await ids({ severity: 'critical' })).toEqual([]);
    const wrong = await run({ type: ['flood'], state: ['open'], severity: 'huge' }).catch(
      (error: unknown) => error,
    );
    expect((wrong as InputError).faults.map(({ code }) => code)).toEqual([
      'unknown_type',
      'unknown_state',
      'unknown_severity',
    ]);
    expect(wrong).toBeInstanceOf(InputError);
  });

  it('shows one in full, and knows no other', async () => {
    await world.append(verified(1));
    await listed(1);
    const { output } = await run({}, candidate(1).id);
    for (const what of [
      'state      verified',
      'rule       no-tracks  version 1',
      'found      dwell  3 s  limit 2',
    ]) {
      expect(output).toContain(what);
    }
    const error = await run({}, 'nobody').catch((error: unknown) => error);
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toMatchObject({ code: 'unknown_event' });
  });

  it('says where the vehicle was, and lets nothing steer the terminal', () => {
    const { event } = { event: verified(1) };
    const vehicle = { id: '4521', trip: 'TER\u001b[2J', position: { latitude: 48.84431, longitude: 2.3744 } };
    const found: EventState = {
      event: {
        ...event,
        candidate: { ...event.candidate, vehicle, siteName: 'Rame', explanation: 'a\u001b[2J' },
      },
      state: 'ended',
      beganAtMs: BEGAN_MS,
      updatedAtMs: BEGAN_MS,
      endedAtMs: BEGAN_MS,
      verifiedAtMs: BEGAN_MS,
    };
    expect(inFull(found)).toContain('vehicle    4521  TER?[2J  48.84431 2.37440');
    expect(stateLine(found)).toContain('a?[2J');
  });
});

describe('vigie watch', () => {
  const start = (words: Partial<WatchWords> = {}) => {
    const at = testTerminal();
    return { ...at, ended: watch({ server: world.serving.address, ...words }, at.terminal) };
  };
  const observeUntil = async (ended: Promise<number>) => {
    let over = false;
    void ended.finally(() => {
      over = true;
    });
    for (let n = 1; !over; n++) {
      await world.observe(observed(n));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return ended;
  };

  it('prints a line for each observation, or JSON', async () => {
    const plain = start({ count: 1 });
    expect(await observeUntil(plain.ended)).toBe(0);
    expect(plain.said.output).toMatch(
      /Z {2}gare-exemple\/quai-0 {2}ok {2}tracks \d+\.0 \(0\.\d\d\/m2\) {2}platform/,
    );
    const json = start({ count: 2, json: true, zone: ['platform'] });
    expect(await observeUntil(json.ended)).toBe(0);
    const zones = lines(json.said.output).map((line) => JSON.parse(line).observation.zones);
    expect(zones).toMatchObject([[{ zone: 'platform' }], [{ zone: 'platform' }]]);
  });

  it('has a table: what is not known is a dash, who is silent is said to be', () => {
    const heard = { observation: observed(12), skipped: 3, heardAtMs: 1_000 };
    const [zone] = observed(12).zones;
    const dark = { ...observed(3, { camera: 'b' }), view: 'dark' as const, zones: [{ zone: zone!.zone }] };
    const rows = watchTable([{ observation: dark, skipped: 0, heardAtMs: 1_000 }, heard], 2_000);
    expect(rows).toEqual([
      'camera               view  zone      people  per m2  moving  flow   skipped',
      'gare-exemple/b       dark  tracks    -       -       -       -',
      'gare-exemple/quai-0  ok    tracks    12.0    0.19    -       0.6 ↗  3',
      '                           platform  12.0    0.19    -       0.6 ↗',
    ]);
    expect(watchTable([heard], 7_000)[1]).toMatch(/silent {2}tracks {4}- /);
    expect(watchTable([], 0)).toEqual(['nothing is measured yet']);
    expect(observationLine(dark)).toContain('dark  tracks -');
  });
});

describe('vigie status', () => {
  it('prints it once, as a page or as JSON', async () => {
    const at = testTerminal();
    expect(await installation({ server: world.serving.address }, at.terminal)).toBe(0);
    expect(at.said.output).toBe(`${statusPage(STATUS).join('\n')}\n`);
    const json = testTerminal();
    expect(await installation({ server: world.serving.address, json: true }, json.terminal)).toBe(0);
    expect(JSON.parse(json.said.output)).toMatchObject({ site: 'gare', cameras: [{ camera: 'quai' }, {}] });
  });

  it('goes on until it is stopped', async () => {
    const at = testTerminal();
    const ended = installation({ server: world.serving.address, json: true, follow: true }, at.terminal);
    await at.heard('output', '"site":"gare"', 2);
    at.stop();
    expect(await ended).toBe(0);
  });

  it('says what is known, and a dash for the rest', () => {
    expect(statusPage(STATUS)).toEqual([
      'gare  Gare d’Exemple  station  up 01:02:05  Vigie 0.1.0',
      '',
      'camera  source    view     frames/s  people by zone',
      'quai    live      ok            5.0  platform 3.3   tracks -   2 late',
      'hall    external  -               -',
      '',
      '3 wait (1 claimed)   7 verified   1 subscriber   5.0 frames/s   lag - records',
      'rejected: late 2',
      'log away: worker: cannot read, attempt 3',
    ]);
  });

  it('fails where nobody answers', async () => {
    const failed = await installation({ server: '127.0.0.1:1' }, testTerminal().terminal).catch(
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(RpcError);
  });
});
