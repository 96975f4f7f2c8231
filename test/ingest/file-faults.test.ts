/** Bad files: each is told for what it is, and what could be decoded has been given. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openVideoFile } from '../../pipeline/ingest/file.ts';
import { havePart } from '../support/require.ts';
import { faultOf, haveFfmpeg, Videos, view } from './videos.ts';

const footage = resolve(process.env.VIGIE_DATA ?? '../shared/data', 'clips');

describe.runIf(havePart('ffmpeg', haveFfmpeg, 'no ffmpeg on the path'))('bad video files', () => {
  const videos = new Videos();
  const open = (path: string) => openVideoFile(path, { analysis: {}, startMs: 0 });
  beforeAll(() => {
    videos.draw('whole.mp4', 'testsrc2=s=320x240:r=25:d=4', '-movflags', '+faststart');
    videos.draw('late.mp4', 'testsrc2=s=320x240:r=25:d=4');
    videos.draw('whole.mkv', 'testsrc2=s=320x240:r=25:d=4', '-g', '12');
    videos.draw('whole.ts', 'testsrc2=s=320x240:r=25:d=4', '-g', '12');
    videos.draw('whole.avi', 'testsrc2=s=320x240:r=25:d=4', '-c:v', 'mjpeg');
  });
  afterAll(() => videos.remove());

  it.each([
    ['missing', () => videos.path('none.mp4'), 'source_unreadable', 'no such file'],
    [
      'a directory',
      () => mkdirSync(videos.path('d.mp4'), { recursive: true }) ?? '',
      'source_unreadable',
      'directory',
    ],
    ['empty', () => videos.write('empty.mp4', ''), 'source_empty', '0 bytes'],
    ['text', () => videos.write('letter.txt', 'hello\n'.repeat(500)), 'source_not_video', 'not a video'],
    [
      'text called mp4',
      () => videos.write('letter.mp4', 'hello\n'.repeat(500)),
      'source_not_video',
      'not a video',
    ],
    ['one byte', () => videos.write('one.mp4', 'x'), 'source_not_video', 'not a video'],
    ['noise', () => videos.write('noise.mp4', noise(50_000)), 'source_not_video', 'not a video'],
    [
      'a picture',
      () => videos.draw('still.png', 'testsrc2=s=64x64', '-frames:v', '1'),
      'source_not_video',
      'not a video',
    ],
    ['sound only', () => videos.draw('sound.m4a', 'sine=d=1'), 'source_not_video', 'no video stream'],
    [
      'a playlist',
      () => videos.write('list.m3u8', '#EXTM3U\n#EXTINF:4,\nwhole.ts\n'),
      'source_not_video',
      'not a video',
    ],
    [
      'cut before its index',
      () => videos.cut('cut-late.mp4', videos.path('late.mp4'), 0.6),
      'source_truncated',
      'index',
    ],
  ])('%s', async (_, make, code, words) => {
    const path = make();
    const error = await faultOf(open(path));
    expect(error.faults).toMatchObject([{ code, at: path }]);
    expect(error.message).toContain(words);
  });

  it.skipIf(process.getuid?.() === 0)('without permission', async () => {
    const path = videos.cut('locked.mp4', videos.path('whole.mp4'), 1);
    chmodSync(path, 0o000);
    expect((await faultOf(open(path))).code).toBe('source_unreadable');
  });

  it.each(['mp4', 'mkv', 'ts', 'avi'])('a whole .%s is not reported', async (kind) => {
    const { numbers, fault } = await view(videos.path(`whole.${kind}`));
    expect(fault).toBeUndefined();
    expect(numbers.length).toBe(20);
  });

  it.each(['mp4', 'mkv', 'ts', 'avi'])('a cut .%s gives what it holds, then says so', async (kind) => {
    const path = videos.cut(`cut.${kind}`, videos.path(`whole.${kind}`), 0.617);
    const { numbers, fault } = await view(path);
    expect(fault?.code).toBe('source_truncated');
    expect(fault?.message).toMatch(/\d+ pictures could be decoded/);
    expect(numbers.length).toBeGreaterThan(5);
    expect(numbers.length).toBeLessThan(20);
    expect(numbers).toEqual(numbers.map((_, index) => index * 5));
  });

  it('damage in the middle is reported, and the pictures after it are given', async () => {
    const bytes = Buffer.from(execFileSync('cat', [videos.path('whole.mp4')]));
    bytes.set(noise(3_000), Math.floor(bytes.length / 2));
    const { numbers, fault } = await view(videos.write('damaged.mp4', bytes));
    expect(fault?.code).toBe('source_truncated');
    expect(fault?.message).toContain('faults in the data');
    expect(numbers.length).toBeGreaterThanOrEqual(18);
  });

  it('a name cannot become an option or an address', async () => {
    for (const name of ['-version', '-i', 'http:x.mp4', 'concat:a|b.mp4', 'a%03d.mp4', "it's; $(x).mp4"]) {
      const path = videos.cut(name.replace('/', '_'), videos.path('whole.mp4'), 1);
      expect((await view(path)).numbers.length).toBe(20);
    }
    const before = process.cwd();
    try {
      process.chdir(videos.directory);
      expect((await view('-version')).numbers.length).toBe(20);
    } catch (error) {
      // Workers that are threads cannot change their directory.
      expect((error as NodeJS.ErrnoException).code).toBe('ERR_WORKER_UNSUPPORTED_OPERATION');
    } finally {
      if (process.cwd() !== before) process.chdir(before);
    }
  });

  it('says how to install a decoder that is missing', async () => {
    const before = process.env.VIGIE_FFMPEG;
    process.env.VIGIE_FFMPEG = videos.path('nowhere/ffmpeg');
    try {
      const error = await faultOf(open(videos.path('whole.mp4')));
      expect(error.code).toBe('decoder_missing');
      for (const words of ['apt install ffmpeg', 'dnf install', 'brew install ffmpeg', 'winget install']) {
        expect(error.faults[0]?.hint).toContain(words);
      }
    } finally {
      if (before === undefined) delete process.env.VIGIE_FFMPEG;
      else process.env.VIGIE_FFMPEG = before;
    }
  });

  it('goes on through a change of size that keeps the view, numbers unbroken', async () => {
    const path = joined(videos, '320x240', '640x480');
    const { numbers, fault } = await view(path);
    // The join of two transport streams itself is a fault in the data, and said at the end.
    expect([undefined, 'source_truncated']).toContain(fault?.code);
    // 52 and 53 pictures: a count that restarted with the second size would give 11 and 11 pictures.
    expect(numbers).toEqual(Array.from({ length: 21 }, (_, index) => index * 5));
  });

  it('ends at a change of size that changes the view, after the pictures before it', async () => {
    const path = joined(videos, '320x240', '640x360');
    const { numbers, fault } = await view(path);
    expect(fault?.code).toBe('source_size_changed');
    expect(fault?.message).toContain('320x240 to 640x360 at picture 55');
    expect(numbers).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50]);
  });

  it('ends a decoder that stays silent', async () => {
    // Stands in for a hung decoder: answers like ffmpeg and ffprobe, then sleeps.
    const script = (name: string, body: string) => {
      const path = videos.write(name, `#!/bin/sh\n${body}\n`);
      chmodSync(path, 0o755);
      return path;
    };
    script('ffprobe', 'exec ffprobe "$@"');
    const hung = script('ffmpeg', 'case "$1" in -version) exec ffmpeg -version;; esac\nexec sleep 600');
    const before = process.env.VIGIE_FFMPEG;
    process.env.VIGIE_FFMPEG = hung;
    try {
      const { numbers, fault } = await view(videos.path('whole.mp4'), { stallMsMax: 200 });
      expect(numbers).toEqual([]);
      expect(fault?.code).toBe('source_stalled');
    } finally {
      if (before === undefined) delete process.env.VIGIE_FFMPEG;
      else process.env.VIGIE_FFMPEG = before;
    }
  });

  it.runIf(havePart('footage', existsSync(footage), 'no footage'))(
    'reports no clip of the footage',
    async () => {
      for (const name of readdirSync(footage)) {
        const { numbers, fault } = await view(join(footage, name));
        expect([name, fault?.message]).toEqual([name, undefined]);
        expect(numbers.length).toBeGreaterThan(10);
      }
    },
  );
});

/** Two transport streams of 52 and 53 pictures, as a camera that changes its size leaves them. */
function joined(videos: Videos, first: string, second: string): string {
  const parts = [first, second].map((size, index) =>
    // No B-pictures: the decoder gives every picture of the first part before it meets the second.
    videos.draw(`part-${size}.ts`, `testsrc2=s=${size}:r=25`, '-frames:v', String(52 + index), '-bf', '0'),
  );
  return videos.write(`joined-${first}-${second}.ts`, execFileSync('cat', parts, { maxBuffer: 1e8 }));
}

/** Bytes without a pattern, the same on every run. */
function noise(length: number): Uint8Array {
  let state = 12345;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >> 16;
  });
}
