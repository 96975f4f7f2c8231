import { crc32 } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { VerifiedEvent } from '../../pipeline/model.ts';
import { type Delivery, RpcError } from '../../pipeline/serve/client/client.ts';
import type { Withheld } from '../../pipeline/serve/events/events.ts';
import { decodeToken, encodeToken } from '../../pipeline/serve/events/token.ts';
import { connect, Metadata } from '../../pipeline/serve/grpc.ts';
import { eventService } from '../../pipeline/serve/services.ts';
import { encodeEvent, encodeSubscribeRequest } from '../../proto/messages.ts';
import {
  current,
  events,
  ids,
  openWorld,
  PARTITIONS,
  TOPIC,
  tokenOf,
  verified,
  type World,
} from './world.ts';

let world: World;
afterEach(() => world.close());

const changeIds = (list: readonly VerifiedEvent[]) => list.map((event) => event.changeId).sort();
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => verified(from + index));

describe('a subscription', () => {
  it('catches up from the start, says that it is current, and goes on live without gap or repeat', async () => {
    world = await openWorld();
    const before = numbered(0, 40);
    const after = numbered(40, 80);
    await world.append(...before);
    const stream = world.client.subscribe({ fromStart: true });
    const caughtUp = await takeSome(stream, current);
    expect(ids(caughtUp).sort()).toEqual(changeIds(before));
    expect(caughtUp.at(-1)?.kind).toBe('progress');
    await world.append(...after);
    const live = await takeSome(stream, (taken) => events(taken).length === 40);
    expect(ids(live).sort()).toEqual(changeIds(after));
    await stream.return();
  });

  it('begins at the present unless told otherwise', async () => {
    world = await openWorld();
    await world.append(...numbered(0, 5));
    const stream = world.client.subscribe();
    await takeSome(stream, current);
    await world.append(verified(5));
    const taken = await takeSome(stream, (some) => events(some).length > 0);
    expect(ids(taken)).toEqual([verified(5).changeId]);
    await stream.return();
  });

  it('keeps the order of each camera', async () => {
    world = await openWorld();
    await world.append(...numbered(0, 200));
    const taken = events(await world.take({ fromStart: true }, (some) => events(some).length === 200));
    for (const camera of new Set(taken.map((event) => event.candidate.camera))) {
      const frames = taken
        .filter((event) => event.candidate.camera === camera)
        .map((event) => event.candidate.frame);
      expect(frames).toEqual(frames.toSorted((a, b) => a - b));
    }
  });

  it('loses nothing and repeats nothing when it resumes after any message', async () => {
    world = await openWorld();
    const all = numbered(0, 30);
    await world.append(...all);
    const whole = await world.take({ fromStart: true }, (some) => events(some).length === 30);
    for (let cut = 0; cut < whole.length; cut++) {
      const first = whole.slice(0, cut + 1);
      const rest = await world.take({ resumeToken: tokenOf(whole[cut]) }, (some) => current(some));
      expect([...ids(first), ...ids(rest)].sort(), `cut after message ${cut}`).toEqual(changeIds(all));
    }
  });

  it('resumes at random points while events are being appended', async () => {
    world = await openWorld();
    const all = numbered(0, 300);
    const writing = (async () => {
      for (let at = 0; at < all.length; at += 7) {
        await world.append(...all.slice(at, at + 7));
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const received: string[] = [];
    let token: Uint8Array | undefined;
    for (let round = 1; received.length < all.length; round++) {
      const length = 1 + ((round * 7_919) % 23);
      const taken = await world.take(
        token === undefined ? { fromStart: true } : { resumeToken: token },
        (some) => some.length >= length,
      );
      received.push(...ids(taken));
      token = tokenOf(taken.at(-1));
    }
    await writing;
    expect(received.toSorted()).toEqual(changeIds(all));
  });

  it('hands on the bytes of the log as they are, unknown fields of a newer release included', async () => {
    world = await openWorld();
    const newer = Buffer.concat([encodeEvent(verified(1)), Buffer.from([0xf8, 0x06, 0x2a])]); // field 111 = 42
    await world.appendBytes(newer);
    const raw = await firstRawMessage(world.serving.address);
    expect(raw.includes(newer)).toBe(true);
  });

  it('says progress at a steady beat, each with a time not before the last', async () => {
    world = await openWorld({ progressMs: 20 });
    const taken = await world.take({}, (some) => some.length === 4);
    const times = taken.map((delivery) => (delivery.kind === 'progress' ? delivery.atMs : Number.NaN));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(times).size).toBe(4);
  });

  it('moves the token past what the filter leaves out', async () => {
    world = await openWorld();
    await world.append(...numbered(0, 20));
    const taken = await world.take({ fromStart: true, sites: ['elsewhere'] }, current);
    expect(events(taken)).toEqual([]);
    const total = decodeToken(tokenOf(taken.at(-1))).offsets.reduce((sum, offset) => sum + offset, 0);
    expect(total).toBe(20);
  });
});

describe('a long history that the filter leaves out', () => {
  it('is told of at the beat, with tokens that move on, before the subscriber is up to date', async () => {
    world = await openWorld({ progressMs: 1 });
    await world.append(...numbered(0, 4_000));
    const taken = await world.take({ fromStart: true, sites: ['elsewhere'] }, current);
    const early = taken.slice(0, -1);
    expect(early.length).toBeGreaterThan(2);
    expect(new Set(early.map(({ kind }) => kind))).toEqual(new Set(['catching_up']));
    const passed = early.map((one) => decodeToken(tokenOf(one)).offsets.reduce((sum, next) => sum + next, 0));
    expect(passed).toEqual(passed.toSorted((a, b) => a - b));
    expect(passed.at(-1)).toBeGreaterThan(passed[0]!);
  });
});

describe('filters', () => {
  const DECIDED_MS = 1_790_000_100_000;
  const mixed = [
    verified(0, { site: 'a', camera: 'one', type: 'density', severity: 'low' }),
    verified(1, { site: 'a', camera: 'two', type: 'fire', severity: 'critical' }),
    verified(2, { site: 'b', camera: 'one', type: 'wrong_way', severity: 'medium' }),
    verified(3, { site: 'b', camera: 'two', type: 'density', severity: 'high', change: 'retracted' }),
    verified(4, { site: 'c', camera: 'three', type: 'fire', severity: 'low', place: 'gate' }),
  ].map((event, n) => ({ ...event, verdict: { ...event.verdict, atMs: DECIDED_MS + n } }));
  it.each([
    ['site', { sites: ['a'] }, [0, 1]],
    ['camera', { cameras: ['two'] }, [1, 3]],
    ['types', { types: ['density', 'fire'] as const }, [0, 1, 3, 4]],
    ['severity', { severityMin: 'high' as const }, [1, 3]],
    ['place', { places: ['gate'] }, [4]],
    ['verdict time, from', { verdictFromMs: DECIDED_MS + 2 }, [2, 3, 4]],
    ['verdict time, until, but for what is taken back', { verdictUntilMs: DECIDED_MS + 1 }, [0, 3]],
    ['verdict time, both', { verdictFromMs: DECIDED_MS + 1, verdictUntilMs: DECIDED_MS + 3 }, [1, 2, 3]],
    ['all at once', { sites: ['b'], cameras: ['two'], severityMin: 'medium' as const }, [3]],
    ['none', {}, [0, 1, 2, 3, 4]],
  ])('by %s', async (_, filter, expected) => {
    world = await openWorld();
    await world.append(...mixed);
    const taken = await world.take({ fromStart: true, ...filter }, current);
    expect(ids(taken).sort()).toEqual(expected.map((index) => mixed[index]!.changeId).sort());
  });
});

describe('a token that cannot be honoured', () => {
  const refusal = async (resumeToken: Uint8Array) => {
    try {
      await world.take({ resumeToken }, (some) => some.some(({ kind }) => kind !== 'gap'));
    } catch (error) {
      if (error instanceof RpcError) return [error.status, error.code];
      throw error;
    }
    return undefined;
  };

  it('is INVALID_ARGUMENT when garbled, whichever byte', async () => {
    world = await openWorld();
    const good = encodeToken({ topic: TOPIC, offsets: [0, 0, 0, 0] });
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at]! ^= 0x11;
      expect(await refusal(bad), `byte ${at}`).toEqual(['INVALID_ARGUMENT', 'token_invalid']);
    }
    expect(await refusal(Buffer.from('hello'))).toEqual(['INVALID_ARGUMENT', 'token_invalid']);
    expect(await refusal(good)).toBeUndefined();
  });

  it('is INVALID_ARGUMENT when it is ahead of the log', async () => {
    world = await openWorld();
    expect(await refusal(encodeToken({ topic: TOPIC, offsets: [0, 0, 99, 0] }))).toEqual([
      'INVALID_ARGUMENT',
      'token_ahead',
    ]);
  });

  it('is FAILED_PRECONDITION when topic or partition count changed', async () => {
    world = await openWorld();
    for (const point of [
      { topic: TOPIC, offsets: [0, 0] },
      { topic: 'rail.other', offsets: [0, 0, 0, 0] },
    ]) {
      expect(await refusal(encodeToken(point))).toEqual(['FAILED_PRECONDITION', 'token_of_another_log']);
    }
  });

  it('is FAILED_PRECONDITION when the topic was made anew under the same name', async () => {
    world = await openWorld();
    await world.append(...numbered(0, 20));
    const taken = await world.take({ fromStart: true }, (some) => events(some).length === 20);
    await world.close();
    await new Promise((resolve) => setTimeout(resolve, 5));
    world = await openWorld();
    // As much as before, so that its positions exist.
    await world.append(...numbered(100, 120));
    expect(await refusal(tokenOf(taken.at(-1)))).toEqual(['FAILED_PRECONDITION', 'token_of_another_log']);
    const own = await world.take({ fromStart: true }, (some) => events(some).length === 20);
    expect(await refusal(tokenOf(own.at(-1)))).toBeUndefined();
  });

  it('of the release before, without a witness, is honoured', async () => {
    world = await openWorld();
    await world.append(...numbered(0, 20));
    const { offsets } = decodeToken(
      tokenOf((await world.take({ fromStart: true }, (some) => events(some).length === 20)).at(-1)),
    );
    const body = Buffer.concat([
      Buffer.of(1, TOPIC.length),
      Buffer.from(TOPIC),
      Buffer.of(offsets.length, ...offsets),
    ]);
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32(body));
    expect(await refusal(Buffer.concat([body, crc]))).toBeUndefined();
  });

  it('is OUT_OF_RANGE when history is gone, with a token that skips only what is gone', async () => {
    world = await openWorld();
    const all = Array.from({ length: 10 }, (_, n) => verified(n, { camera: 'quai-0' }));
    const other = Array.from({ length: 10 }, (_, n) => verified(n, { camera: 'quai-1' }));
    await world.append(...all, ...other);
    const [gone, kept] = await busyPartitions(world);
    const cursor = Array.from({ length: PARTITIONS }, () => 0);
    cursor[kept!] = 4;
    cursor[gone!] = 2;
    await world.log.dropBefore({ topic: TOPIC, partition: gone! }, 6);
    const taken = await world.take({ resumeToken: encodeToken({ topic: TOPIC, offsets: cursor }) }, current);
    const gap = taken[0];
    expect(gap?.kind).toBe('gap');
    const oldest = decodeToken((gap as Extract<Delivery, { kind: 'gap' }>).token).offsets;
    expect(oldest[gone!]).toBe(6);
    expect(oldest[kept!]).toBe(4);
    expect(events(taken)).toHaveLength(4 + 6);
  });
});

describe('what may not leave', () => {
  const unverified: [string, VerifiedEvent][] = [
    ['a claim', { ...verified(1), verdict: { ...verified(1).verdict, act: { kind: 'claim', leaseMs: 1 } } }],
    ['a lapse', { ...verified(1), verdict: { ...verified(1).verdict, act: { kind: 'lapse' } } }],
    ['nobody', { ...verified(1), verdict: { ...verified(1).verdict, by: { name: ' ', role: 'agent' } } }],
    [
      'a producer',
      { ...verified(1), verdict: { ...verified(1).verdict, by: { name: 'cam', role: 'producer' } } },
    ],
    ['another candidate', { ...verified(1), verdict: verified(2).verdict }],
    ['a retraction by confirming', { ...verified(1), change: 'retracted' }],
  ];
  it.each(unverified)('an event on the word of %s', async (_, event) => {
    const withheld: Withheld[] = [];
    world = await openWorld({ onWithheld: (what) => withheld.push(what) });
    await world.append(event, verified(7));
    const taken = await world.take({ fromStart: true }, current);
    expect(ids(taken)).toEqual([verified(7).changeId]);
    expect(withheld.map(({ code }) => code)).toEqual(['event_unverified']);
  });

  it('a record that is no event: withheld, reported once, and the rest goes on', async () => {
    const withheld: Withheld[] = [];
    world = await openWorld({ onWithheld: (what) => withheld.push(what) });
    await world.append(verified(1));
    await world.appendBytes(Buffer.from('not an event'));
    await world.append(verified(2));
    for (let round = 0; round < 2; round++) {
      const taken = await world.take({ fromStart: true }, current);
      expect(ids(taken).sort()).toEqual(changeIds([verified(1), verified(2)]));
    }
    expect(withheld.map(({ code }) => code)).toEqual(['event_undecodable']);
  });
});

describe('limits', () => {
  it('a subscriber that does not read holds a bounded number of messages, and hears the rest later', async () => {
    world = await openWorld();
    const fat = { ...verified(0), candidate: { ...verified(0).candidate, explanation: 'x'.repeat(4_000) } };
    const all = Array.from({ length: 600 }, (_, n) => ({ ...fat, changeId: `${fat.id}#${n}` }));
    await world.append(...all);
    const client = connect(world.serving.address);
    const call = openRaw(client);
    // A grpc-js client that never asked for a message takes everything; one that asked and paused stalls.
    let received = 0;
    await new Promise<void>((resolve) => call.once('data', () => resolve()));
    received++;
    call.pause();
    const stalled = await until(() => world.serving.subscribers()[0], sameTwice());
    expect(stalled.sent).toBeLessThan(300);
    expect(stalled.unsent).toBeLessThanOrEqual(17);
    await new Promise<void>((resolve) => {
      call.on('data', (bytes: Buffer) => {
        if (bytes.length > 4_000) received++;
        if (received === all.length) resolve();
      });
      call.resume();
    });
    call.cancel();
    client.close();
    await until(
      () => world.serving.subscribers().length,
      (open) => open === 0,
    );
  });

  it('refuses one subscriber too many', async () => {
    world = await openWorld({ subscribersMax: 1 });
    const first = world.client.subscribe();
    await takeSome(first, current);
    const [second] = await world.take({}, (some) => some.length > 0);
    expect(second).toMatchObject({ kind: 'reconnecting', why: expect.stringContaining('1 subscribers') });
    await first.return();
  });

  it('answers a request that is no message with INVALID_ARGUMENT and a large one with RESOURCE_EXHAUSTED', async () => {
    world = await openWorld();
    const client = connect(world.serving.address);
    for (const [request, expected] of [
      [Buffer.from([0xff, 0xff]), 'INVALID_ARGUMENT'],
      [Buffer.alloc(300 * 1024), 'RESOURCE_EXHAUSTED'],
    ] as const) {
      const code = await new Promise<number>((resolve) => {
        const path = eventService.definition.subscribe.path;
        client
          .makeServerStreamRequest(
            path,
            (bytes: Buffer) => bytes,
            (bytes) => bytes,
            request,
            new Metadata(),
            {},
          )
          .on('error', (error: Error & { code?: number }) => resolve(error.code ?? -1))
          .on('data', () => {});
      });
      expect(code).toBe(expected === 'INVALID_ARGUMENT' ? 3 : 8);
    }
    client.close();
  });
});

async function takeSome(
  stream: AsyncGenerator<Delivery, void, void>,
  enough: (taken: readonly Delivery[]) => boolean,
) {
  const taken: Delivery[] = [];
  while (!enough(taken)) {
    const next = await stream.next();
    if (next.done) break;
    taken.push(next.value);
  }
  return taken;
}

async function busyPartitions({ log }: World): Promise<number[]> {
  const busy: number[] = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    if ((await log.endOffset({ topic: TOPIC, partition })) > 0) busy.push(partition);
  }
  expect(busy).toHaveLength(2);
  return busy;
}

function openRaw(client: ReturnType<typeof connect>) {
  const request = Buffer.from(
    encodeSubscribeRequest({
      sites: [],
      cameras: [],
      types: [],
      places: [],
      resumeToken: new Uint8Array(0),
      fromStart: true,
      cameraStates: false,
    }),
  );
  const call = client.makeServerStreamRequest(
    eventService.definition.subscribe.path,
    (bytes: Buffer) => bytes,
    (bytes) => bytes,
    request,
    new Metadata(),
    {},
  );
  return call.on('error', () => {});
}

async function firstRawMessage(address: string): Promise<Buffer> {
  const client = connect(address);
  const call = openRaw(client);
  for await (const bytes of call) {
    client.close();
    return bytes as Buffer;
  }
  throw new Error('the stream ended');
}

/** Polls until it holds. */
async function until<T>(read: () => T | undefined, holds: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = read();
    if (value !== undefined && holds(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Holds once the value was the same, and something, in four readings on end. */
function sameTwice() {
  let last = '';
  let times = 0;
  return (value: { sent: number; unsent: number }) => {
    const now = JSON.stringify(value);
    times = now === last && value.sent > 0 ? times + 1 : 0;
    last = now;
    return times >= 4;
  };
}
