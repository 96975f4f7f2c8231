/** Whole files: sizes, rates, numbers, planes, several at once, nothing left behind. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { openVideoFile } from '../../pipeline/ingest/file.ts';
import { havePart } from '../support/require.ts';
import { haveFfmpeg, Videos, view } from './videos.ts';

describe.runIf(havePart('ffmpeg', haveFfmpeg, 'no ffmpeg on the path'))('video files', () => {
  const videos = new Videos();
  afterAll(() => videos.remove());

  it.each([
    // size, rate, analysis, rotation -> plane, every, pictures of 2 s
    ['640x360', 25, {}, 0, [160, 90], 5, 10],
    ['640x480', 7, {}, 0, [138, 104], 1, 14],
    ['640x360', 25, {}, 90, [90, 160], 5, 10],
    ['640x360', 30, { fps: 10 }, 180, [160, 90], 3, 20],
    ['640x360', 25, { width: 96 }, 0, [96, 54], 5, 10],
    ['320x240', 10, { width: 97, height: 55, fps: 10 }, 0, [97, 55], 1, 20],
    ['64x48', 12, {}, 0, [138, 104], 2, 12],
  ] as const)(
    '%s at %d/s, analysis %j, turned by %d',
    async (size, rate, analysis, turned, plane, every, count) => {
      const upright = videos.draw('upright.mp4', `testsrc2=s=${size}:r=${rate}:d=2`);
      const path = turned ? turn(videos, upright, turned) : upright;
      const source = await openVideoFile(path, { analysis, startMs: 5_000 });
      expect([source.width, source.height]).toEqual(plane);
      expect(source.every).toBe(every);
      expect(source.sourceFps).toBe(rate);
      expect(source.fps).toBeCloseTo(rate / every);
      let index = 0;
      for await (const picture of source.pictures()) {
        expect(picture.number).toBe(index * every);
        expect(picture.capturedAtMs).toBe(Math.round(5_000 + (index * every * 1000) / rate));
        expect(picture.luma.length).toBe(plane[0] * plane[1]);
        expect(picture.u.length).toBe(((plane[0] + 1) >> 1) * ((plane[1] + 1) >> 1));
        expect(picture.v.length).toBe(picture.u.length);
        index++;
      }
      expect(index).toBe(count);
    },
  );

  it('gives the picture whose number it says', async () => {
    // Picture n has luma 16 + 2n: the number can be read off the plane.
    const path = videos.draw(
      'steps.mkv',
      "nullsrc=s=160x90:r=25:d=2,format=yuv420p,geq=lum='16+2*N':cb=128:cr=128",
      ...['-c:v', 'ffv1'],
    );
    const { numbers, brightness, fault } = await view(path);
    expect(fault).toBeUndefined();
    expect(numbers).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45]);
    expect(brightness).toEqual(numbers.map((number) => 16 + 2 * number));
  });

  it.each([
    // rate -> numbers of the first pictures, those between marked
    [25, ['0', '1?', '3?', '5', '6?', '8?', '10']],
    [30, ['0', '2?', '4?', '6', '8?', '10?', '12']],
    [50, ['0', '3?', '6?', '10', '13?', '16?', '20']],
    [15, ['0', '1?', '2?', '3', '4?', '5?', '6']],
    [10, ['0', '1?', '2', '3?', '4', '5?', '6']],
    [5, ['0', '1', '2', '3', '4', '5', '6']],
  ] as const)('gives pictures between the analysed ones when asked: of %d/s', async (rate, first) => {
    const path = videos.draw(
      `between-${rate}.mkv`,
      `nullsrc=s=160x90:r=${rate}:d=2,format=yuv420p,geq=lum='16+N':cb=128:cr=128`,
      ...['-c:v', 'ffv1'],
    );
    const source = await openVideoFile(path, { analysis: {}, startMs: 1_000, between: true });
    expect(source.fps).toBe(rate / source.every);
    const given: string[] = [];
    for await (const { number, capturedAtMs, luma, between } of source.pictures()) {
      given.push(`${number}${between ? '?' : ''}`);
      expect([luma[0], capturedAtMs]).toEqual([16 + number, Math.round(1_000 + (number * 1000) / rate)]);
    }
    expect(given.slice(0, 7)).toEqual(first);
    expect(given.filter((one) => !one.endsWith('?'))).toHaveLength((2 * rate) / source.every);
  });

  it('takes pictures by index where their times are uneven', async () => {
    const path = videos.draw(
      'uneven.mkv',
      "testsrc2=s=160x90:r=25:d=4,select='not(mod(n,7))+lt(n,20)'",
      '-vsync',
      '0',
    );
    const all = Number(
      spawnSync('ffprobe', [
        '-v',
        'error',
        '-count_packets',
        '-show_entries',
        'stream=nb_read_packets',
        '-of',
        'csv=p=0',
        path,
      ]).stdout.toString(),
    );
    const { numbers } = await view(path, { analysis: { fps: 100 } });
    expect(numbers).toEqual(Array.from({ length: all }, (_, index) => index));
  });

  it.each([
    // White is 235 in limited range and 255 in full range; converting one to the other would move it.
    ['limited', 'yuv420p', 'ffv1', 235],
    ['full', 'yuvj420p', 'mjpeg', 255],
  ])('leaves %s range as decoded', async (range, format, codec, white) => {
    const path = videos.draw(
      `${range}.mkv`,
      `nullsrc=s=160x90:r=5:d=1,format=${format},geq=lum=${white}:cb=128:cr=128`,
      ...['-c:v', codec, '-q:v', '1', '-pix_fmt', format],
    );
    const { brightness, fault } = await view(path);
    expect(fault).toBeUndefined();
    expect(brightness.map(Math.round)).toEqual(Array.from({ length: 5 }, () => white));
  });

  it('reads several at once, at the pace of the slowest consumer, and agrees with itself', async () => {
    const path = videos.draw('long.mp4', 'testsrc2=s=320x180:r=25:d=20');
    const sources = await Promise.all(
      [1, 2, 3, 4].map(() => openVideoFile(path, { analysis: { fps: 25 }, startMs: 0 })),
    );
    const readers = sources.map((source) => source.pictures()[Symbol.asyncIterator]());
    for (let index = 0; index < 500; index++) {
      const turn = await Promise.all(readers.map((reader) => reader.next()));
      const sums = turn.map(({ value }) => value!.luma.reduce((sum: number, byte: number) => sum + byte, 0));
      expect(new Set(sums).size).toBe(1);
    }
    for (const reader of readers) expect((await reader.next()).done).toBe(true);
  });

  it('leaves no process behind, however the reading stops', async () => {
    const path = videos.draw('minute.mp4', 'testsrc2=s=320x180:r=25:d=60');
    const open = () => openVideoFile(path, { analysis: {}, startMs: 0 });

    const broken = await open();
    for await (const _ of broken.pictures()) break;

    const closed = await open();
    const reader = closed.pictures()[Symbol.asyncIterator]();
    await reader.next();
    const children = decoders();
    expect(children.length).toBe(1);
    const pending = [reader.next(), reader.next()];
    await closed.close();
    await closed.close();
    await Promise.all(pending);

    const untouched = await open();
    await untouched.close();
    expect((await untouched.pictures()[Symbol.asyncIterator]().next()).done).toBe(true);
    expect(decoders()).toEqual([]);
  });

  it('waits for the consumer instead of piling pictures up', async () => {
    const path = videos.path('minute.mp4');
    const source = await openVideoFile(path, { analysis: { width: 320, height: 180, fps: 25 }, startMs: 0 });
    const reader = source.pictures()[Symbol.asyncIterator]();
    await reader.next();
    const [child] = decoders();
    // 1,500 pictures of 86,400 bytes would be 130 MB; what ffmpeg has written stays near what the pipe holds.
    let before = -1;
    await expect
      .poll(
        () => {
          const now = written(child!);
          const still = now === before;
          before = now;
          return still;
        },
        { interval: 300, timeout: 10_000 },
      )
      .toBe(true);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(3_000_000);
    await source.close();
  });
});

/** The same stream with a display matrix. ffmpeg 6 took the option over from a tag. */
function turn(videos: Videos, path: string, degrees: number): string {
  const help = spawnSync('ffmpeg', ['-hide_banner', '-h', 'full']).stdout.toString();
  return help.includes('-display_rotation')
    ? videos.make('turned.mp4', '-display_rotation', String(degrees), '-i', path, '-c', 'copy')
    : videos.make('turned.mp4', '-i', path, '-c', 'copy', '-metadata:s:v', `rotate=${degrees}`);
}

/** Process ids of running ffmpeg children of this process, zombies included. */
function decoders(): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=,comm=', '--ppid', String(process.pid)]);
  return stdout
    .toString()
    .split('\n')
    .filter((line) => line.includes('ffmpeg'))
    .map((line) => Number.parseInt(line, 10));
}

/** Bytes that a process has written, all files together. */
function written(pid: number): number {
  return Number(/wchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}
