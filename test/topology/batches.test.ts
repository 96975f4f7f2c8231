import { describe, expect, it } from 'vitest';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import { LogFailure } from '../../pipeline/log/port.ts';
import type { Frame } from '../../pipeline/model.ts';
import { createTopics, PARTITIONS_DEFAULT, TOPICS } from '../../pipeline/topics.ts';
import { FRAMES_MAX, FrameBatches, WAITING_MAX } from '../../pipeline/topology/batches.ts';
import { partitionsOf, readThrough } from '../../pipeline/topology/history.ts';
import { decodeFrameBatch } from '../../proto/messages.ts';
import { frameOf as frame } from '../support/frames.ts';

async function open(append: () => void = () => undefined) {
  const log = openMemoryLog({ faults: { append } });
  await createTopics(log);
  const stop = new AbortController();
  const batches = new FrameBatches(log, PARTITIONS_DEFAULT, {
    signal: stop.signal,
    retryMs: 1,
    retryMsMax: 1,
  });
  const stored = async () => {
    const found: Frame[][] = [];
    await readThrough(log, partitionsOf(TOPICS.frames, PARTITIONS_DEFAULT), ({ value }) =>
      found.push([...decodeFrameBatch(value).frames]),
    );
    return found;
  };
  return { log, batches, stop, stored };
}

describe('frames on their way to the log', () => {
  it('share a record with their neighbours and keep their order', async () => {
    const { batches, stored } = await open();
    for (let i = 0; i < 10; i++) await batches.add(frame('quai', i));
    await batches.flush();
    const records = await stored();
    expect(records.map((frames) => frames.map(({ number }) => number))).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    ]);
  });

  it('do not wait for company for long', async () => {
    const { batches, stored } = await open();
    await batches.add(frame('quai', 0));
    await expect.poll(async () => (await stored()).length).toBe(1);
  });

  it('are at most FRAMES_MAX in a record', async () => {
    const { batches, stored } = await open();
    for (let i = 0; i < 3 * FRAMES_MAX + 1; i++) await batches.add(frame('quai', i));
    await batches.flush();
    const records = await stored();
    expect(Math.max(...records.map((frames) => frames.length))).toBe(FRAMES_MAX);
    expect(records.flat().map(({ number }) => number)).toEqual(
      Array.from({ length: 3 * FRAMES_MAX + 1 }, (_, i) => i),
    );
  });

  it('split into records that the log takes', async () => {
    const { batches, stored } = await open();
    const cell = { columns: 80, rows: 45, bitmap: new Uint8Array(450).fill(255) };
    const full = new Uint8Array(3_600).fill(1);
    const cells = { ...cell, occupancy: full, flowX: full, flowY: full };
    const foot = { x: 0.5, y: 0.5 };
    const box = { x0: 0.1, y0: 0.1, x1: 0.9, y1: 0.9 };
    const blobs = Array.from({ length: 400 }, () => ({
      box,
      foot,
      areaPx: 9,
      flowX: 0,
      flowY: 0,
      stillMs: 1,
    }));
    for (let i = 0; i < FRAMES_MAX; i++) {
      await batches.add(frame('quai', i, { planeWidth: 320, planeHeight: 180, cells, blobs }));
    }
    await batches.flush();
    expect((await stored()).length).toBeGreaterThan(1);
    expect((await stored()).flat()).toHaveLength(FRAMES_MAX);
  });

  it('make the source wait while the log is away, so that memory is bounded', async () => {
    let away = true;
    const { batches, stored } = await open(() => {
      if (away) throw new Error('away');
    });
    let added = 0;
    const adding = (async () => {
      for (; added < 3 * WAITING_MAX; added++) await batches.add(frame('quai', added));
    })();
    // Every turn of the event loop adds some, unless the source waits.
    let before = 0;
    const stands = () => {
      const stood = added === before;
      before = added;
      return stood;
    };
    await expect.poll(() => stands() && added).toBeGreaterThanOrEqual(WAITING_MAX);
    // What is with the log, and what waits for it.
    expect(added).toBeLessThanOrEqual(WAITING_MAX + FRAMES_MAX);
    away = false;
    await adding;
    await batches.flush();
    expect((await stored()).flat().map(({ number }) => number)).toEqual(
      Array.from({ length: 3 * WAITING_MAX }, (_, i) => i),
    );
  });

  it('tell the source when the log failed for good', async () => {
    const { batches } = await open(() => {
      throw new LogFailure('refused', 'no rights', { transient: false });
    });
    await batches.add(frame('quai', 0));
    await expect(batches.flush()).rejects.toThrow('no rights');
    await expect(batches.add(frame('quai', 1))).rejects.toThrow('no rights');
  });

  it('do not hold up a stop while the log is away', async () => {
    const { batches, stop } = await open(() => {
      throw new Error('away');
    });
    await batches.add(frame('quai', 0));
    stop.abort();
    await batches.flush();
  });
});
