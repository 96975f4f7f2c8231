/** Pictures of the camera's own beside the planes, from one decoding: each with the right plane, whatever the pace. */
import { afterAll, describe, expect, it } from 'vitest';
import { openVideoFile } from '../../pipeline/ingest/file.ts';
import { Splitter } from '../../pipeline/ingest/jpegs.ts';
import { random } from '../support/random.ts';
import { havePart } from '../support/require.ts';
import { haveFfmpeg, Videos } from './videos.ts';

/** A JPEG's bones: a comment that holds an end marker, a frame header, coded bytes with a stuffed FF and a restart. */
function bones(width: number, height: number, body: number): Uint8Array {
  return Uint8Array.of(
    ...[0xff, 0xd8, 0xff, 0xfe, 0, 6, 0xff, 0xd9, 0xff, 0xd8],
    ...[0xff, 0xc0, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0],
    ...[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0],
    ...[body, 0xff, 0, body, 0xff, 0xd3, body, 0xff, 0xd9],
  );
}

describe('JPEGs back to back', () => {
  it.each([[1], [2], [3], [7], [1000]])('are told apart however they are cut: every %i bytes', (step) => {
    const pictures = [bones(640, 360, 1), bones(300, 640, 2), bones(16, 16, 3)];
    const stream = Buffer.concat(pictures);
    const splitter = new Splitter();
    const found = [];
    for (let at = 0; at < stream.length; at += step)
      found.push(...splitter.add(stream.subarray(at, at + step)));
    expect(found).toEqual([
      { width: 640, height: 360, data: pictures[0] },
      { width: 300, height: 640, data: pictures[1] },
      { width: 16, height: 16, data: pictures[2] },
    ]);
  });

  it('are found again after noise, and noise is never kept (seed 5)', () => {
    const chance = random(5);
    const splitter = new Splitter();
    const noise = () => Uint8Array.from({ length: 500 }, () => chance.below(0xff));
    splitter.add(noise());
    for (let n = 0; n < 50; n++) splitter.add(noise());
    const again = [];
    for (let n = 0; n < 3; n++) again.push(...splitter.add(bones(16, 16, n)));
    expect(again.length).toBeGreaterThan(0);
  });
});

const videos = new Videos();
afterAll(() => videos.remove());

describe.skipIf(!havePart('ffmpeg', haveFfmpeg, 'ffmpeg is not on the path'))('a video', () => {
  /** Every picture is of one grey, lighter by the second. */
  const draw = () =>
    videos.draw('grey.mp4', "color=c=black:s=1280x720:r=25:d=6,geq=lum='16+N':cb=128:cr=128", '-g', '25');

  it.each([
    ['every fifth picture', false],
    ['with pictures between', true],
  ])('gives the JPEG of each analysed picture: %s', async (_, between) => {
    const path = draw();
    const source = await openVideoFile(path, { analysis: {}, startMs: 0, full: true, between });
    const found: { width: number; height: number; bytes: number; number: number; isJpeg: boolean }[] = [];
    let missing = 0;
    for await (const picture of source.pictures()) {
      if (picture.between) {
        expect(picture.full).toBeUndefined();
        continue;
      }
      // As slow as a busy edge now and then.
      if (picture.number % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 60));
      if (picture.full === undefined) {
        missing += 1;
        continue;
      }
      const { width, height, data } = picture.full;
      const isJpeg = data[0] === 0xff && data[1] === 0xd8 && data.at(-1) === 0xd9;
      found.push({ width, height, bytes: data.length, number: picture.number, isJpeg });
      // It is the picture that was analysed: its mean, decoded once more, is that of the plane.
      if (picture.number % 25 === 0) {
        const [mine, theirs] = [mean(picture.luma), mean(videos.grey(`p${picture.number}.jpg`, data))];
        expect(Math.abs(mine - theirs), `picture ${picture.number}`).toBeLessThan(1.5);
      }
    }
    await source.close();
    expect(missing).toBe(0);
    expect(found.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, n) => n * 5));
    expect(found.every(({ width, height, isJpeg }) => width === 640 && height === 360 && isJpeg)).toBe(true);
    expect(Math.max(...found.map(({ bytes }) => bytes))).toBeLessThan(192 * 1024);
  });
});

function mean(bytes: Uint8Array): number {
  return bytes.reduce((sum, value) => sum + value, 0) / bytes.length;
}
