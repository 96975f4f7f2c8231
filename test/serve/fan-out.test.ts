/** One reader for all who are live, one buffer for all of them, and nobody who waits for anybody else. */
import { describe, expect, it } from 'vitest';
import type { Log } from '../../pipeline/log/port.ts';
import { Gate } from '../../pipeline/serve/events/admit.ts';
import { LiveTail } from '../../pipeline/serve/events/live.ts';
import { RING_BYTES, RING_ENTRIES, Ring } from '../../pipeline/serve/events/ring.ts';
import { Subscriber } from '../../pipeline/serve/events/subscriber.ts';
import { decodeToken, encodeToken } from '../../pipeline/serve/events/token.ts';
import { WINDOW_BYTES } from '../../pipeline/serve/window.ts';
import { decodeEvent, encodeEvent } from '../../proto/messages.ts';
import { append, FakeCall, feedOf, inOrder, memoryLog, until } from './feed.ts';
import { TOPIC, verified } from './world.ts';

/** Counts what is opened on a log. */
function counted(log: Log): { log: Log; readers: () => number } {
  let readers = 0;
  const reader: Log['reader'] = async (from) => {
    readers++;
    const inner = await log.reader(from);
    return {
      read: (max, waitMs) => inner.read(max, waitMs),
      close: async () => {
        readers--;
        await inner.close();
      },
    };
  };
  const proxied = new Proxy(log, {
    get(target, name) {
      if (name === 'reader') return reader;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { log: proxied, readers: () => readers };
}

/** Thousands of events; on a machine that does much else, too. */
const SLOW_MS = 120_000;

const isCurrent = (call: FakeCall) => call.kinds().includes('progress');

describe('those who are live', () => {
  it('share one reader and one buffer of each event and each progress message', async () => {
    const memory = await memoryLog();
    const { log, readers } = counted(memory);
    const feed = feedOf(log);
    await append(memory, 0, 40);
    const calls = Array.from({ length: 50 }, () => new FakeCall({ fromStart: true }));
    const ended = calls.map((call) => feed.subscribe(call.call));
    await until(() => calls.every(isCurrent));
    expect(readers()).toBe(1);
    await append(memory, 40, 60);
    await until(() => calls.every((call) => call.numbers().length === 60));
    const live = calls.map((call) => call.taken.slice(call.kinds().indexOf('progress') + 1));
    const events = live.map((taken) => taken.filter((bytes) => bytes.length > 100));
    for (const [n, bytes] of events[0]!.entries()) {
      expect(events.every((other) => other[n] === bytes)).toBe(true);
    }
    expect(events[0]).toHaveLength(20);
    feed.close();
    await Promise.all(ended);
    await until(() => readers() === 0);
  });

  it('who may not read all of it get another form, made once for all of them', async () => {
    const log = await memoryLog();
    await append(log, 0, 8);
    let made = 0;
    const form = (event: Uint8Array) => {
      made++;
      const { verdict, ...rest } = decodeEvent(event);
      return encodeEvent({ ...rest, verdict: { ...verdict, by: { ...verdict.by, name: '-' } } });
    };
    const gate = new Gate(() => {});
    const shared = { log, topic: TOPIC, from: [0, 0, 0, 0], progressMs: 50, now: Date.now, gate };
    const tail = new LiveTail({ ...shared, from: [2, 2, 2, 2] });
    const stop = new AbortController();
    const calls = Array.from({ length: 5 }, () => new FakeCall());
    const running = calls.map((call, n) =>
      new Subscriber({ ...shared, tail, wants: () => true, call: call.call, ...(n > 0 && { form }) }).run(
        stop.signal,
      ),
    );
    await until(() => calls.every(isCurrent));
    await append(log, 8, 20);
    await until(() => calls.every((call) => call.numbers().length === 20));
    // 8 of history for each of 4, 12 live for all of them.
    expect(made).toBe(4 * 8 + 12);
    for (const [n, call] of calls.entries()) {
      const names = call.responses().map((one) => (one.kind === 'event' ? one.event.verdict.by.name : ''));
      expect(new Set(names.filter((name) => name !== ''))).toEqual(new Set([n === 0 ? 'A. Martin' : '-']));
      expect(inOrder(call.numbers(), 0, 20)).toBe(true);
    }
    stop.abort();
    tail.stop();
    await Promise.all(running);
  });

  it('each gets what its filter lets pass, and tokens that go on after it', async () => {
    const log = await memoryLog();
    const feed = feedOf(log);
    const all = new FakeCall();
    const one = new FakeCall({ cameras: ['quai-1'] });
    const ended = [all, one].map((call) => feed.subscribe(call.call));
    await until(() => isCurrent(all) && isCurrent(one));
    await append(log, 0, 100);
    await until(() => all.numbers().length === 100 && one.numbers().length === 20);
    expect(one.numbers().every((n) => n % 5 === 1)).toBe(true);
    feed.close();
    await Promise.all(ended);
    for (const call of [all, one]) {
      const last = call.responses().at(-1);
      expect(last?.kind).toBe('progress');
      if (last?.kind === 'progress') expect(decodeToken(last.resumeToken).offsets).toEqual([25, 25, 25, 25]);
      expect(call.failure).toMatchObject({ code: 14 });
    }
  });

  it('fall back to the log when the tail fails, with a word that says try again', async () => {
    const memory = await memoryLog();
    let isBroken = false;
    const log = new Proxy(memory, {
      get(target, name) {
        if (name === 'reader')
          return async (from: Parameters<Log['reader']>[0]) => {
            const inner = await target.reader(from);
            const read: typeof inner.read = async (max, waitMs) => {
              if (isBroken) throw new Error('the disk is away');
              return inner.read(max, waitMs);
            };
            return { read, close: () => inner.close() };
          };
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const failures: unknown[] = [];
    const feed = feedOf(log, { onFailure: (error) => failures.push(error) });
    const call = new FakeCall();
    const ended = feed.subscribe(call.call);
    await until(() => isCurrent(call));
    isBroken = true;
    await ended;
    expect(call.failure).toMatchObject({ code: 14, details: expect.stringContaining('try again') });
    expect(String(failures[0])).toContain('the disk is away');
    isBroken = false;
    const again = new FakeCall({ fromStart: true });
    void feed.subscribe(again.call);
    await append(memory, 0, 8);
    await until(() => again.numbers().length === 8);
    feed.close();
  });

  it('are sent back when somebody comes and the topic has more partitions, and are then told', async () => {
    const memory = await memoryLog();
    let count = 4;
    const log = new Proxy(memory, {
      get(target, name) {
        if (name === 'partitionCount') return async () => count;
        if (name === 'endOffset')
          return async (at: { topic: string; partition: number }) =>
            at.partition < 4 ? target.endOffset(at) : 0;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const feed = feedOf(log);
    const first = new FakeCall();
    const ended = feed.subscribe(first.call);
    await until(() => isCurrent(first));
    count = 5;
    void feed.subscribe(new FakeCall().call);
    await ended;
    expect(first.failure).toMatchObject({ code: 14 });
    const [last] = first.responses();
    const again = new FakeCall(last?.kind === 'progress' ? { resumeToken: last.resumeToken } : {});
    await feed.subscribe(again.call);
    expect(again.failure).toMatchObject({ code: 9 });
    feed.close();
  });

  it('wait for a tail that is behind their token, as that of another server may be', async () => {
    const memory = await memoryLog();
    let isHeldBack = false;
    const log = new Proxy(memory, {
      get(target, name) {
        if (name === 'reader')
          return async (from: Parameters<Log['reader']>[0]) => {
            const inner = await target.reader(from);
            const read: typeof inner.read = async (max, waitMs) => {
              while (isHeldBack) await new Promise((resolve) => setTimeout(resolve, 2));
              return inner.read(max, waitMs);
            };
            return { read, close: () => inner.close() };
          };
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const feed = feedOf(log);
    const first = new FakeCall();
    void feed.subscribe(first.call);
    await until(() => isCurrent(first));
    isHeldBack = true;
    await new Promise((resolve) => setTimeout(resolve, 60));
    await append(memory, 0, 40);
    // As from a server that has read further.
    const ahead = new FakeCall({ resumeToken: encodeToken({ topic: TOPIC, offsets: [10, 4, 10, 10] }) });
    void feed.subscribe(ahead.call);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(ahead.numbers()).toEqual([]);
    isHeldBack = false;
    await until(() => isCurrent(ahead));
    await append(memory, 40, 44);
    await until(() => ahead.numbers().length === 10);
    expect(ahead.numbers().slice(0, 6)).toEqual([17, 21, 25, 29, 33, 37]);
    feed.close();
  });
});

describe('one who does not read', () => {
  it('holds a window, delays nobody, and has everything in order when it reads again', {
    timeout: SLOW_MS,
  }, async () => {
    const log = await memoryLog();
    const feed = feedOf(log);
    const [good, bad] = [new FakeCall(), new FakeCall()];
    void feed.subscribe(good.call);
    void feed.subscribe(bad.call);
    await until(() => isCurrent(good) && isCurrent(bad));
    bad.isStalled = true;
    const count = RING_ENTRIES + 1_024;
    for (let from = 0; from < count; from += 256) await append(log, from, from + 256);
    await until(() => good.numbers().length === count);
    expect(inOrder(good.numbers(), 0, count)).toBe(true);
    expect(bad.most).toBeLessThanOrEqual(17);
    expect(feed.subscribers().map(({ isLive }) => isLive)).toEqual([true, false]);
    bad.go();
    await until(() => bad.numbers().length === count);
    expect(inOrder(bad.numbers(), 0, count)).toBe(true);
    await until(() => feed.subscribers().every(({ isLive }) => isLive));
    await append(log, count, count + 4);
    await until(() => bad.numbers().length === count + 4);
    feed.close();
  });

  it('is counted in bytes too: large events fill a window before there are 16', async () => {
    const log = await memoryLog(1);
    const feed = feedOf(log);
    const [live, late] = [new FakeCall(), new FakeCall({ fromStart: true })];
    void feed.subscribe(live.call);
    await until(() => isCurrent(live));
    live.isStalled = late.isStalled = true;
    const large = verified(1);
    const value = encodeEvent({
      ...large,
      candidate: {
        ...large.candidate,
        findings: Array.from({ length: 60 }, () => ({
          name: 'n'.repeat(200),
          value: 1,
          unit: 'u'.repeat(200),
        })),
      },
    });
    expect(value.length).toBeGreaterThan(20_000);
    await log.append(Array.from({ length: 100 }, () => ({ topic: TOPIC, partition: 0, value })));
    void feed.subscribe(late.call);
    for (const call of [live, late]) {
      await until(() => call.mostBytes > 50_000);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(call.mostBytes).toBeLessThan(WINDOW_BYTES + value.length + 100);
      expect(call.most).toBeLessThan(10);
      call.go();
      await until(() => call.numbers().length === 100);
    }
    feed.close();
  });

  it('does not stop the others either when it is most of them', { timeout: SLOW_MS }, async () => {
    const log = await memoryLog();
    const feed = feedOf(log);
    const calls = Array.from({ length: 5 }, () => new FakeCall());
    for (const call of calls) void feed.subscribe(call.call);
    await until(() => calls.every(isCurrent));
    for (const call of calls.slice(1)) call.isStalled = true;
    const count = RING_ENTRIES + 512;
    for (let from = 0; from < count; from += 256) await append(log, from, from + 256);
    await until(() => calls[0]!.numbers().length === count);
    for (const call of calls.slice(1)) {
      expect(call.most).toBeLessThanOrEqual(17);
      call.go();
    }
    await until(() => calls.every((call) => call.numbers().length === count));
    expect(calls.every((call) => inOrder(call.numbers(), 0, count))).toBe(true);
    feed.close();
  });
});

describe('the ring', () => {
  const entry = (bytes: number) => ({
    partition: 0,
    next: 1,
    appendedAtMs: 0,
    facts: undefined,
    response: Buffer.alloc(bytes),
  });

  it('holds RING_ENTRIES entries, and says what has to go for more', () => {
    const ring = new Ring();
    for (let n = 0; n < RING_ENTRIES; n++) ring.push(entry(1));
    expect(() => ring.push(entry(1))).toThrow('full');
    expect(ring.firstFor(0)).toBe(0);
    expect(ring.firstFor(65)).toBe(65);
    ring.dropBefore(65);
    expect([ring.first, ring.end, ring.bytes]).toEqual([65, RING_ENTRIES, RING_ENTRIES - 65]);
    for (let n = 0; n < 65; n++) ring.push(entry(2));
    expect(ring.at(RING_ENTRIES).response).toHaveLength(2);
  });

  it('holds RING_BYTES, however few entries that is', () => {
    const ring = new Ring();
    const size = RING_BYTES / 8;
    for (let n = 0; n < 10; n++) ring.push(entry(size));
    expect(ring.firstFor(1)).toBe(2);
    ring.dropBefore(2);
    expect(ring.bytes).toBe(RING_BYTES);
    expect(ring.firstFor(1)).toBe(2);
  });
});
