import { describe, expect, it } from 'vitest';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import type { Position } from '../../pipeline/log/port.ts';
import type { SweptLog } from '../../pipeline/log/store.ts';
import { createTopics, TOPICS } from '../../pipeline/topics.ts';
import { drawCheckpoint, findCheckpoint } from '../../pipeline/topology/checkpoints.ts';
import { type CameraCheckpoint, encodeCheckpoint } from '../../proto/messages.ts';

const GROUP = 'workers';

const camera = (id: string, name: string): CameraCheckpoint => ({
  kind: 'camera',
  id,
  site: 'gare',
  camera: name,
  admit: Uint8Array.of(1),
  held: [],
  open: [],
  orphaned: [],
});

const drawn = (id: string, framesOffset: number, cameras = ['a', 'b']) =>
  drawCheckpoint(
    0,
    cameras.map((name) => camera(id, name)),
    { id, build: 'b', framesOffset, candidatesOffset: 3 },
  ).records;

async function openLog(): Promise<SweptLog> {
  const log = openMemoryLog();
  await createTopics(log, { partitions: 1 });
  return log;
}

async function commit(log: SweptLog, frames: number, checkpoint: number): Promise<void> {
  const consumer = await log.consumer({ group: GROUP, topics: [TOPICS.frames] });
  await consumer.read(1, 0);
  const at = (topic: string, offset: number): Position => ({ topic, partition: 0, offset });
  await consumer.commit([at(TOPICS.frames, frames), at(TOPICS.checkpoints, checkpoint)]);
  await consumer.close();
}

describe('the checkpoint of a partition', () => {
  it('is what was committed with the position, not what was written after it', async () => {
    const log = await openLog();
    expect(await findCheckpoint(log, GROUP, 0)).toEqual({ kind: 'none' });
    const [first] = await log.append(drawn('one/0', 5));
    await log.append(drawn('one/1', 9));
    await commit(log, 5, first!);
    expect(await findCheckpoint(log, GROUP, 0)).toMatchObject({
      kind: 'found',
      missed: 0,
      seal: { framesOffset: 5, candidatesOffset: 3, cameras: 2 },
      cameras: [{ camera: 'a' }, { camera: 'b' }],
    });
  });

  it('is told from another that was written at the same time, and from what nobody can read', async () => {
    const log = await openLog();
    const [mine, others] = [drawn('one/0', 5), drawn('two/0', 5, ['c', 'd'])];
    await log.append([
      mine[0]!,
      others[0]!,
      { ...mine[0]!, value: Uint8Array.of(255) },
      others[1]!,
      others[2]!,
    ]);
    await log.append([mine[1]!, mine[2]!]);
    await commit(log, 5, 0);
    const found = await findCheckpoint(log, GROUP, 0);
    expect(found).toMatchObject({ kind: 'found', cameras: [{ camera: 'a' }, { camera: 'b' }] });
  });

  it('may be older than what is read next: frames are missing, the state is not', async () => {
    const log = await openLog();
    await log.append(drawn('one/0', 5));
    await commit(log, 12, 0);
    expect(await findCheckpoint(log, GROUP, 0)).toMatchObject({ kind: 'found', missed: 7 });
  });

  it.each([
    ['that has no seal', drawn('one/0', 5).slice(0, 2), 5, 'checkpoint_unfit', 'has no seal'],
    [
      'of which a camera is missing',
      drawn('one/0', 5).slice(1),
      5,
      'checkpoint_unfit',
      '1 cameras, sealed 2',
    ],
    [
      'of another layout',
      [
        {
          topic: TOPICS.checkpoints,
          partition: 0,
          value: encodeCheckpoint({
            ...{ kind: 'seal', id: 'one/0', layout: 99, build: 'b' },
            ...{ framesOffset: 5, candidatesOffset: 3, cameras: 0 },
          }),
        },
      ],
      5,
      'checkpoint_unfit',
      'layout 99, expected 1',
    ],
    ['of frames that are to be judged anew', drawn('one/0', 5), 2, 'checkpoint_rewound', 'moved back to 2'],
  ] as const)('is not used %s', async (_, records, next, code, detail) => {
    const log = await openLog();
    await log.append(records);
    await commit(log, next, 0);
    const found = await findCheckpoint(log, GROUP, 0);
    expect(found).toMatchObject({ kind: 'unfit', code, detail: expect.stringContaining(detail) });
  });

  it('is not used when retention has taken it', async () => {
    const log = await openLog();
    await log.append([...drawn('one/0', 5), ...drawn('two/0', 9)]);
    await commit(log, 5, 0);
    await log.dropBefore({ topic: TOPICS.checkpoints, partition: 0 }, 2);
    expect(await findCheckpoint(log, GROUP, 0)).toMatchObject({ kind: 'unfit', code: 'checkpoint_gone' });
  });

  it('leaves out a camera whose state no record can hold, and says which', () => {
    const large = { ...camera('one/0', 'a'), measure: new Uint8Array(950_000) };
    const { records, tooLarge } = drawCheckpoint(0, [large, camera('one/0', 'b')], {
      ...{ id: 'one/0', build: 'b', framesOffset: 5, candidatesOffset: 0 },
    });
    expect(tooLarge).toEqual(['a']);
    expect(records).toHaveLength(2);
  });
});
