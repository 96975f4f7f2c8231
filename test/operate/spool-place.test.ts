import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Share } from '../../pipeline/operate/share.ts';
import { openSpoolPlace } from '../../pipeline/operate/spool-place.ts';
import { TOPICS } from '../../pipeline/topics.ts';
import { openSpool } from '../../pipeline/topology/spool.ts';
import { decodeFrameBatch, encodeFrameBatch } from '../../proto/messages.ts';
import { frameOf } from '../support/frames.ts';

const made: string[] = [];
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});
function data(): string {
  const directory = mkdtempSync(join(tmpdir(), 'vigie-place-'));
  made.push(directory);
  return directory;
}

const place = (directory: string, share: Share) =>
  openSpoolPlace({ data: directory, site: 'gare', share, bytesMax: 1e9 });
const ALL: Share = { kind: 'all' };
const FIRST: Share = { kind: 'part', part: 1, of: 2 };
const SECOND: Share = { kind: 'part', part: 2, of: 2 };

describe('the place of a spool', () => {
  it('is one process’s: the same share is refused, another is not', async () => {
    const directory = data();
    const first = await place(directory, FIRST);
    await expect(place(directory, FIRST)).rejects.toMatchObject({ code: 'data_in_use' });
    const second = await place(directory, SECOND);
    expect(second.directory).not.toBe(first.directory);
    first.close();
    (await place(directory, FIRST)).close();
    second.close();
  });

  it('takes over what processes that are gone have left, and leaves the living theirs', async () => {
    const directory = data();
    const gone = await place(directory, FIRST);
    const left = await openSpool({ directory: gone.directory, bytesMax: 1e9 });
    const values = [0, 1, 2].map((number) => encodeFrameBatch({ frames: [frameOf('quai', number)] }));
    await left.add(values.map((value) => ({ topic: TOPICS.frames, partition: 3, value })));
    await left.close();
    const living = await place(directory, SECOND);
    gone.close();
    const mine = await place(directory, ALL);
    const spool = await openSpool({ directory: mine.directory, bytesMax: 1e9 });
    const { records } = await spool.oldest();
    await spool.close();
    expect(
      records.map(({ partition, value }) => [partition, decodeFrameBatch(value).frames[0]!.number]),
    ).toEqual([0, 1, 2].map((number) => [3, number]));
    expect(existsSync(gone.directory)).toBe(false);
    expect(existsSync(join(living.directory, '..'))).toBe(true);
    living.close();
    mine.close();
  });
});
