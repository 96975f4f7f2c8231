/** The last hour of a zone: means of ten seconds, filled from the log, absent where nobody knows. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openClient, RpcError } from '../../pipeline/serve/client/client.ts';
import { BIN_MS, BINS, fill, HISTORY_MS, History, ZONES_MAX } from '../../pipeline/serve/history.ts';
import { serve } from '../../pipeline/serve/serve.ts';
import { BEGAN_MS, OBSERVED, observed, openWorld, scriptedReview, type World } from './world.ts';

const OF = { site: 'gare', camera: 'quai', zone: 'z' };
const START = BINS * BIN_MS * 1_000;
const told = (history: History, fromMs: number, untilMs: number) =>
  history.points(OF, fromMs, untilMs).map(({ people }) => people);
const at = (bin: number, people?: number, zone = 'z') => ({
  ...{ site: 'gare', camera: 'quai', atMs: START + bin * BIN_MS + 4_321 },
  zones: [{ zone, ...(people !== undefined && { people }) }],
});

describe('a ring', () => {
  it('has means by ten seconds, and what was not measured is absent', () => {
    const history = new History();
    for (const [bin, people] of [
      [0, 2],
      [0, 4],
      [0, undefined],
      [2, 0],
      [3, undefined],
    ] as const)
      history.take(at(bin, people));
    expect(history.points(OF, START, START + 3 * BIN_MS + 1)).toEqual([
      { atMs: START, people: 3 },
      { atMs: START + BIN_MS },
      { atMs: START + 2 * BIN_MS, people: 0 },
      { atMs: START + 3 * BIN_MS },
    ]);
    expect(history.points({ ...OF, zone: 'other' }, START, START)).toEqual([{ atMs: START }]);
  });

  it('takes what comes late, from another hand, and forgets what is an hour old', () => {
    const history = new History();
    history.take(at(BINS - 1, 1));
    history.take(at(1, 7));
    history.take(at(0, 5));
    expect(told(history, START, START + BIN_MS)).toEqual([5, 7]);
    history.take(at(BINS, 2));
    history.take(at(0, 9));
    expect(told(history, START, START + BIN_MS)).toEqual([undefined, 7]);
    history.take(at(5 * BINS, 3));
    expect(told(history, START, START + 5 * BINS * BIN_MS).filter((one) => one !== undefined)).toEqual([3]);
  });

  it('stays within its bound: a zone that is one too many goes without, until another is silent', () => {
    const history = new History();
    for (let i = 0; i < ZONES_MAX; i++) history.take(at(0, 1, `z${i}`));
    history.take(at(1, 8));
    expect(told(history, START, START + BIN_MS)).toEqual([undefined, undefined]);
    history.take(at(BINS + 1, 8));
    expect(told(history, START + (BINS + 1) * BIN_MS, START + (BINS + 1) * BIN_MS)).toEqual([8]);
    const first = history.points({ ...OF, zone: 'z0' }, START, START)[0];
    expect([first?.people, history.points({ ...OF, zone: 'z1' }, START, START)[0]?.people]).toEqual([
      undefined,
      1,
    ]);
  });

  it('holds a mean of many to a hundredth', () => {
    const history = new History();
    for (let i = 0; i < 200; i++) history.take(at(0, i % 2 === 0 ? 10.5 : 20.5));
    expect(told(history, START, START)[0]).toBeCloseTo(15.5, 2);
  });
});

describe('GetHistory', () => {
  let world: World;
  const now = () => BEGAN_MS + 120_000;
  beforeEach(async () => {
    world = await openWorld({ now });
  });
  afterEach(() => world.close());
  const zone = { site: 'gare-exemple', camera: 'quai-0', zone: 'tracks' };
  const known = async (client = world.client, backMs = 120_000) =>
    (await client.getHistory({ ...zone, backMs })).filter(({ people }) => people !== undefined);

  it('is filled by what is measured', async () => {
    // Until the server listens.
    await expect
      .poll(async () => {
        await world.observe(observed(1), observed(13), observed(17));
        return (await known()).map(({ people }) => people);
      })
      .toEqual([1, 15]);
  });

  it('and from the log by a server that comes later', async () => {
    await world.observe(observed(1), observed(13), observed(17), observed(13, { camera: 'elsewhere' }));
    const review = scriptedReview();
    const other = await serve({ log: world.log, review, port: 0, observations: OBSERVED });
    const client = openClient(other.address);
    try {
      const read = () => client.getHistory({ ...zone, backMs: HISTORY_MS });
      // By this server's clock nothing was heard of the camera since it began.
      await expect.poll(async () => (await read()).length).toBe(BINS + 1);
    } finally {
      client.close();
      await other.close();
    }
    const history = new History();
    const stop = new AbortController();
    await fill(history, world.log, OBSERVED, Date.now(), { signal: stop.signal });
    expect(history.points(zone, BEGAN_MS, BEGAN_MS + 19_999).map(({ people }) => people)).toEqual([1, 15]);
  });

  it.each([0, HISTORY_MS + 1])('refuses %i ms', async (backMs) => {
    const error = await world.client.getHistory({ ...zone, backMs }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toMatchObject({ status: 'INVALID_ARGUMENT', code: 'bad_back_ms' });
  });
});
