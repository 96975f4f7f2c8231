/** EventService.Get and List at a real server. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import type { VerifiedEvent } from '../../pipeline/model.ts';
import { openClient, RpcError } from '../../pipeline/serve/client/client.ts';
import { serve } from '../../pipeline/serve/serve.ts';
import {
  decodeListResponse,
  encodeEvent,
  encodeListRequest,
  type ListRequest,
} from '../../proto/messages.ts';
import { candidate, confirmation, openWorld, scriptedReview, verified, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const SOON = { timeout: 10_000, interval: 20 };
const verifiedAt = (n: number) => confirmation(candidate(n)).atMs;
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

async function listed(request: Partial<ListRequest> = {}) {
  const ids: number[] = [];
  let pageToken = '';
  let pages = 0;
  do {
    const page = await world.client.listEvents({ ...request, pageToken });
    ids.push(...page.events.map(({ event }) => event.candidate.beganFrame));
    pageToken = page.nextPageToken;
    pages += 1;
  } while (pageToken !== '');
  return { ids, pages };
}
const whole = (count: number) => expect.poll(async () => (await listed()).ids.length, SOON).toBe(count);
const code = (promised: Promise<unknown>) =>
  promised.then(
    () => 'ok',
    (error: unknown) => (error instanceof RpcError ? `${error.status} ${error.code}` : error),
  );

describe('Get', () => {
  it('answers with the event as it stands, its last change as subscribers received it', async () => {
    await world.append(verified(1));
    await expect
      .poll(() => world.client.getEvent(candidate(1).id).catch(() => undefined), SOON)
      .toBeDefined();
    const found = await world.client.getEvent(candidate(1).id);
    expect(found).toEqual({
      event: verified(1),
      state: 'verified',
      beganAtMs: candidate(1).beganAtMs,
      updatedAtMs: candidate(1).atMs,
      verifiedAtMs: verifiedAt(1),
    });
    const back = verified(1, { change: 'retracted' });
    await world.append(back);
    await expect.poll(async () => (await world.client.getEvent(back.id)).state, SOON).toBe('retracted');
    expect((await world.client.getEvent(back.id)).event).toEqual(back);
  });

  it('knows no other, and nothing that was not verified', async () => {
    const bad: VerifiedEvent = {
      ...verified(2),
      verdict: { ...confirmation(candidate(2)), act: { kind: 'release' } },
    };
    await world.append(bad, verified(3));
    await world.appendBytes(Uint8Array.of(1, 2, 3));
    await whole(1);
    expect(await code(world.client.getEvent(bad.id))).toBe('NOT_FOUND unknown_event');
    expect(await code(world.client.getEvent('nothing'))).toBe('NOT_FOUND unknown_event');
    expect(await code(world.client.getEvent(''))).toBe('INVALID_ARGUMENT request_undecodable');
  });
});

describe('List', () => {
  it('gives all, newest first or oldest first, in pages of any size', async () => {
    await world.append(...upTo(23).map((n) => verified(n)));
    await whole(23);
    expect(await listed()).toEqual({ ids: upTo(23).reverse(), pages: 1 });
    for (const [pageSize, pages] of [
      [1, 23],
      [7, 4],
      [22, 2],
      [23, 1],
      [5_000, 1],
    ] as const) {
      expect(await listed({ pageSize, oldestFirst: true }), `${pageSize}`).toEqual({ ids: upTo(23), pages });
    }
  });

  it('finds the one that is far back', async () => {
    await world.append(...upTo(2_500).map((n) => verified(n, n === 3 ? { type: 'fire' } : {})));
    await expect
      .poll(async () => (await listed({ types: ['fire'] })).ids.length, { timeout: 20_000, interval: 100 })
      .toBe(1);
    expect(await listed({ types: ['fire'], oldestFirst: true })).toEqual({ ids: [3], pages: 1 });
    await expect.poll(async () => (await listed({ pageSize: 500 })).pages, SOON).toBe(5);
    expect((await listed({ pageSize: 500, oldestFirst: true })).ids).toEqual(upTo(2_500));
  });

  it('repeats and hides nothing when events come between two pages', async () => {
    await world.append(...upTo(10).map((n) => verified(n + 10)));
    await whole(10);
    const first = await world.client.listEvents({ pageSize: 4 });
    await world.append(verified(30), verified(1), verified(12, { change: 'retracted' }));
    await whole(12);
    const second = await world.client.listEvents({ pageSize: 50, pageToken: first.nextPageToken });
    const ids = [...first.events, ...second.events].map(({ event }) => event.candidate.beganFrame);
    expect(ids).toEqual([...upTo(10).map((n) => 19 - n), 1]);
  });

  const FILTERS: readonly (readonly [string, Partial<ListRequest>, readonly number[]])[] = [
    ['site', { sites: ['b'] }, [2]],
    ['camera', { cameras: ['quai-1', 'quai-3'] }, [1, 3]],
    ['place', { places: ['tracks'] }, [0, 1, 2, 3, 4, 5]],
    ['another place', { places: ['platform'] }, []],
    ['type', { types: ['fire'] }, [3]],
    ['severity', { severityMin: 'critical' }, [4]],
    ['state', { states: ['retracted'] }, [5]],
    ['states', { states: ['verified', 'ended'] }, [0, 1, 2, 3, 4]],
    ['from a verdict on', { verdictFromMs: verifiedAt(3) }, [3, 4, 5]],
    ['before a verdict', { verdictUntilMs: verifiedAt(3) }, [0, 1, 2]],
    ['several', { cameras: ['quai-0', 'quai-1'], verdictFromMs: verifiedAt(1) }, [1, 5]],
  ];
  it('filters', async () => {
    await world.append(
      verified(0),
      verified(1),
      verified(2, { site: 'b' }),
      verified(3, { type: 'fire' }),
      verified(4, { severity: 'critical' }),
      verified(5),
      verified(5, { change: 'retracted' }),
    );
    await whole(6);
    await expect.poll(async () => (await listed({ states: ['retracted'] })).ids, SOON).toEqual([5]);
    for (const [what, filter, expected] of FILTERS) {
      expect((await listed({ ...filter, oldestFirst: true })).ids, what).toEqual(expected);
    }
  });

  it('refuses a token that is none, and one of another request', async () => {
    await world.append(verified(1), verified(2));
    await whole(2);
    const { nextPageToken: pageToken } = await world.client.listEvents({ pageSize: 1 });
    const ask = (request: Partial<ListRequest>) => code(world.client.listEvents(request));
    expect(await ask({ pageSize: 9, pageToken })).toBe('ok');
    expect(await ask({ pageToken: 'x' })).toBe('INVALID_ARGUMENT page_token_invalid');
    expect(await ask({ pageToken: Buffer.from('[1,2]').toString('base64url') })).toContain(
      'page_token_invalid',
    );
    expect(await ask({ oldestFirst: true, pageToken })).toContain('page_token_of_another_list');
    expect(await ask({ sites: ['a'], pageToken })).toContain('page_token_of_another_list');
  });

  it('takes the token of another server of the same log', async () => {
    await world.append(verified(1), verified(2));
    await whole(2);
    const other = await serve({ log: world.log, review: scriptedReview(), port: 0 });
    const client = openClient(other.address);
    const { nextPageToken: pageToken } = await world.client.listEvents({ pageSize: 1 });
    const { events } = await client.listEvents({ pageSize: 1, pageToken });
    expect(events.map(({ event }) => event.id)).toEqual([verified(1).id]);
    client.close();
    await other.close(100);
  });

  it('sends an event with what a newer release wrote into it', async () => {
    // Field 200, wire type 2, of a message that this release does not know.
    const field = Buffer.from([0xc2, 0x0c, 3, 1, 2, 3]);
    await world.appendBytes(Buffer.concat([encodeEvent(verified(1)), field]));
    await whole(1);
    const { connect, Metadata } = await import('../../pipeline/serve/grpc.ts');
    const client = connect(world.serving.address);
    const same = (bytes: Buffer) => bytes;
    const bytes = await new Promise<Buffer>((resolve, reject) => {
      const request = Buffer.from(encodeListRequest({ ...NO_FILTER }));
      client.makeUnaryRequest(
        '/vigie.v1.EventService/List',
        same,
        same,
        request,
        new Metadata(),
        {},
        (error, value) => (error ? reject(error) : resolve(value!)),
      );
    });
    client.close();
    expect(bytes.includes(field)).toBe(true);
    expect(decodeListResponse(bytes).events[0]?.event).toEqual(verified(1));
  });

  it('says up to when it knows the log', async () => {
    await world.append(verified(1));
    await whole(1);
    const before = Date.now();
    await expect
      .poll(async () => (await world.client.listEvents()).asOfMs, SOON)
      .toBeGreaterThanOrEqual(before);
    expect((await world.client.listEvents()).asOfMs).toBeLessThanOrEqual(Date.now());
  });

  it('says so while the log of events cannot be read', { timeout: 20_000 }, async () => {
    const empty = openMemoryLog();
    const serving = await serve({ log: empty, review: scriptedReview(), port: 0 });
    const client = openClient(serving.address);
    expect(await code(client.listEvents())).toBe('UNAVAILABLE catching_up');
    client.close();
    await serving.close(100);
  });
});

const NO_FILTER: ListRequest = {
  sites: [],
  cameras: [],
  places: [],
  types: [],
  states: [],
  oldestFirst: false,
  pageSize: 0,
  pageToken: '',
};
