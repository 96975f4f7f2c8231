/** ObservationService.Watch at a real server. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openClient, RpcError } from '../../pipeline/serve/client/client.ts';
import { connect, Metadata } from '../../pipeline/serve/grpc.ts';
import { Rate } from '../../pipeline/serve/rate.ts';
import { serve } from '../../pipeline/serve/serve.ts';
import {
  decodeWatchResponse,
  encodeWatchRequest,
  type WatchRequest,
  type WatchResponse,
} from '../../proto/messages.ts';
import { observed, openWorld, scriptedReview, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

/** Observations are sent until the watcher is there: what came before is not caught up. */
async function watching(request: Partial<WatchRequest> = {}) {
  const stop = new AbortController();
  const heard: WatchResponse[] = [];
  const ended = (async () => {
    for await (const response of world.client.watchObservations({ ...request, signal: stop.signal })) {
      heard.push(response);
    }
  })();
  ended.catch(() => undefined);
  const there = async () => {
    await world.observe(observed(0, { camera: 'first', site: request.sites?.[0] ?? 'gare-exemple' }));
    return heard.length;
  };
  if (request.cameras === undefined)
    await expect.poll(there, { timeout: 10_000, interval: 50 }).toBeGreaterThan(0);
  return { heard, ended, stop: () => stop.abort() };
}
const of = (heard: readonly WatchResponse[], camera: string) =>
  heard.filter(({ observation }) => observation.camera === camera);

describe('Watch', () => {
  it('gives what is measured: counts, density and flow by zone, as it is on the log', async () => {
    const { heard, ended, stop } = await watching();
    await world.observe(observed(7));
    await expect.poll(() => of(heard, 'quai-0').length).toBe(1);
    expect(of(heard, 'quai-0')).toEqual([{ observation: observed(7), skipped: 0 }]);
    stop();
    await ended;
  });

  it('filters by site, camera and zone, and leaves other zones out', async () => {
    const everything = await watching();
    const some = await watching({ sites: ['b'], zones: ['platform'] });
    await world.observe(
      observed(1, { site: 'b', camera: 'x' }),
      observed(2, { camera: 'x' }),
      observed(3, { site: 'b', camera: 'y', zones: ['tracks'] }),
      observed(4, { site: 'b', camera: 'z' }),
    );
    await expect.poll(() => of(everything.heard, 'z').length).toBe(1);
    await expect.poll(() => of(some.heard, 'z').length).toBe(1);
    const told = some.heard.filter(({ observation }) => observation.camera !== 'first');
    expect(
      told.map(({ observation }) => [observation.camera, observation.zones.map(({ zone }) => zone)]),
    ).toEqual([
      ['x', ['platform']],
      ['z', ['platform']],
    ]);
    everything.stop();
    some.stop();
  });

  it('gives a slow watcher the newest, counts what it skipped, and holds one per camera', async () => {
    const client = connect(world.serving.address);
    const same = (bytes: Buffer) => bytes;
    const request = Buffer.from(encodeWatchRequest({ sites: [], cameras: [], zones: [] }));
    const call = client.makeServerStreamRequest(
      '/vigie.v1.ObservationService/Watch',
      same,
      same,
      request,
      new Metadata(),
      {},
    );
    call.on('error', () => {});
    const heard: WatchResponse[] = [];
    const hear = (bytes: Buffer) => void heard.push(decodeWatchResponse(bytes));
    call.on('data', hear);
    const there = async () => {
      await world.observe(observed(0, { camera: 'first' }));
      return heard.length;
    };
    await expect.poll(there, { timeout: 10_000, interval: 50 }).toBeGreaterThan(0);
    call.pause();
    // Far more than all buffers between take (64 KB a stream, and 17 messages), of two cameras.
    const zones = Array.from({ length: 100 }, (_, n) => `zone-${n}`);
    const many = 600;
    for (let n = 1; n <= many; n++) {
      await world.observe(observed(n, { camera: 'a', zones }), observed(n, { camera: 'b', zones }));
      if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    call.resume();
    const last = (camera: string) => of(heard, camera).at(-1)?.observation.frame;
    await expect.poll(() => [last('a'), last('b')], { timeout: 10_000 }).toEqual([many * 5, many * 5]);
    for (const camera of ['a', 'b']) {
      const mine = of(heard, camera);
      const frames = mine.map(({ observation }) => observation.frame);
      expect(frames).toEqual([...frames].sort((one, two) => one - two));
      // Nothing is missing without being counted.
      expect(mine.length + mine.reduce((sum, { skipped }) => sum + skipped, 0)).toBe(many);
      expect(mine.length).toBeLessThan(many);
    }
    call.cancel();
    client.close();
  });

  it('refuses more watchers than it was told, and ends all of them when it closes', async () => {
    const serving = await serve({ log: world.log, review: scriptedReview(), port: 0, watchersMax: 1 });
    const client = openClient(serving.address);
    const next = async () => {
      for await (const _ of client.watchObservations()) return 'heard';
      return 'ended';
    };
    const failure = (error: unknown) => (error instanceof RpcError ? `${error.status} ${error.code}` : error);
    const first = next().catch(failure);
    const code = async () => {
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), 200);
      try {
        for await (const _ of client.watchObservations({ signal: stop.signal })) return 'heard';
        return 'open';
      } catch (error) {
        return failure(error);
      } finally {
        clearTimeout(timer);
      }
    };
    await expect.poll(code, { timeout: 10_000 }).toBe('RESOURCE_EXHAUSTED too_many_watchers');
    await serving.close(500);
    expect(await first).toBe('UNAVAILABLE shutting_down');
    client.close();
  });
});

describe('frames a second', () => {
  const RATES: readonly (readonly [
    string,
    readonly (readonly [number, number | undefined])[],
    number,
    number | undefined,
  ])[] = [
    ['unknown at first', [[0, 5]], 100, undefined],
    [
      'of a steady second',
      [
        [0, 5],
        [1_000, 5],
        [2_000, 5],
      ],
      2_100,
      5,
    ],
    [
      'with crossings in between',
      [
        [0, 5],
        [400, 2],
        [500, 1],
        [1_000, 2],
        [2_000, 5],
      ],
      2_000,
      5,
    ],
    [
      'over the last seconds only',
      [[0, 5], ...[1, 2, 3, 4, 5, 6, 7, 8].map((s) => [s * 1_000, 10] as const)],
      8_000,
      10,
    ],
    [
      'none after a silence',
      [
        [0, 5],
        [1_000, 5],
      ],
      6_001,
      0,
    ],
    [
      'unknown from a worker that does not count',
      [
        [0, undefined],
        [1_000, undefined],
      ],
      1_000,
      undefined,
    ],
  ];
  it.each(RATES)('%s', (_, said, nowMs, expected) => {
    const rate = new Rate();
    for (const [atMs, frames] of said) rate.add(atMs, frames);
    expect(rate.perSecond(nowMs)).toBe(expected);
  });
});
