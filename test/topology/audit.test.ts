import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import type { AuditEntry } from '../../pipeline/model.ts';
import { createTopics, TOPICS } from '../../pipeline/topics.ts';
import { AuditLog } from '../../pipeline/topology/audit.ts';
import type { Common } from '../../pipeline/topology/common.ts';
import { decodeAuditEntry } from '../../proto/messages.ts';

const entry = (n: number): AuditEntry => ({
  atMs: n,
  who: `somebody ${n}`,
  proof: '',
  act: 'call',
  object: 'a/B',
  result: 'wrong_role',
  why: '',
  peer: '127.0.0.1:1',
  repeats: 0,
});

let stop = new AbortController();
afterEach(() => stop.abort());

async function open() {
  stop = new AbortController();
  let away = false;
  const log = openMemoryLog({
    faults: {
      append() {
        if (away) throw new Error('the broker is away');
      },
    },
  });
  await createTopics(log, { partitions: 1 });
  const outages = new Map<string, unknown>();
  const common = { log, signal: stop.signal, nowMs: () => 99, tally: { outages } } as unknown as Common;
  return {
    audit: new AuditLog(common),
    outages,
    away(is: boolean) {
      away = is;
    },
    async kept(): Promise<readonly AuditEntry[]> {
      const reader = await log.reader([{ topic: TOPICS.audit, partition: 0, offset: 0 }]);
      const found = await reader.read(20_000, 0);
      await reader.close();
      return found.map(({ value }) => decodeAuditEntry(value));
    },
  };
}

describe('the audit', () => {
  it('keeps entries in the order in which they came', async () => {
    const { audit, kept } = await open();
    const entries = Array.from({ length: 1_000 }, (_, n) => entry(n));
    await Promise.all(entries.map((one) => audit.write(one)));
    expect(await kept()).toEqual(entries);
  });

  it('waits while the log is away, and loses nothing', async () => {
    const { audit, kept, away, outages } = await open();
    away(true);
    const written = Promise.all([1, 2, 3].map((n) => audit.write(entry(n))));
    while (!outages.has('audit')) await new Promise((resolve) => setTimeout(resolve, 5));
    away(false);
    await written;
    expect((await kept()).map(({ atMs }) => atMs)).toEqual([1, 2, 3]);
    expect(outages.has('audit')).toBe(false);
  });

  it('is bounded, and says how many entries found no room', async () => {
    const { audit, kept, away } = await open();
    away(true);
    const asked = Array.from({ length: 10_300 }, (_, n) =>
      audit.write(entry(n)).then(
        () => 'kept',
        () => 'lost',
      ),
    );
    // All but the batch that is being tried wait; one more turn, so that it has been taken out.
    await Promise.resolve();
    away(false);
    const answers = await Promise.all(asked);
    const lost = answers.filter((one) => one === 'lost').length;
    expect(lost).toBe(300);
    const all = await kept();
    const told = all.filter(({ result }) => result === 'entries_lost');
    expect(all.length - told.length).toBe(10_000);
    expect(told.map(({ repeats }) => repeats)).toEqual([300]);
  });

  it('tells whoever waits when the stop came first', async () => {
    const { audit, away } = await open();
    away(true);
    const written = audit.write(entry(1));
    stop.abort();
    await expect(written).rejects.toThrow('stopped before');
    await audit.idle();
  });
});
