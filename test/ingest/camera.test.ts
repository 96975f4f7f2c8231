/** Which source a camera's words mean. */
import { describe, expect, it } from 'vitest';
import { openSource, sourceKind, withoutPassword } from '../../pipeline/ingest/camera.ts';
import { SCENE_NAMES as SCENES_DRAWN } from '../../pipeline/ingest/scenes/index.ts';
import { SCENE_NAMES as SCENES_IN_FILES } from '../../pipeline/site/defaults.ts';
import { faultOf } from './videos.ts';

describe('sources', () => {
  it.each([
    ['./clip.mp4', 'file'],
    ['/a/b.mp4', 'file'],
    ['C:\\clips\\a.mp4', 'file'],
    ['http:x.mp4', 'file'],
    ['scene:platform', 'scene'],
    ['scene:tracks?seed=3', 'scene'],
    ['rtsp://host/1', 'network'],
    ['https://host/x.m3u8', 'network'],
  ])('%s is a %s', (source, kind) => {
    expect(sourceKind(source)).toBe(kind);
  });

  it('refuses what this release cannot read, and a camera without a source', async () => {
    const open = (source?: string) =>
      faultOf(
        openSource({ id: 'c', analysis: {}, ...(source === undefined ? {} : { source }) }, { startMs: 0 }),
      );
    const network = await open('rtsp://user:pa:ss@host/1');
    expect(network.faults).toMatchObject([{ code: 'source_unsupported', at: 'rtsp://host/1' }]);
    expect((await open()).code).toBe('source_missing');
    expect((await open('/nowhere/x.mp4')).code).toBe('source_unreadable');
  });

  it('hides the password of an address', () => {
    expect(withoutPassword('rtsp://u:p@h:554/a@b')).toBe('rtsp://h:554/a@b');
    expect(withoutPassword('./a@b.mp4')).toBe('./a@b.mp4');
  });
});

describe('scenes', () => {
  it('opens a scene on the plane and at the rate that the camera asks for', async () => {
    const camera = {
      id: 'c',
      source: 'scene:platform?events=none&duration=10',
      analysis: { width: 96, height: 54, fps: 5 },
    };
    const source = await openSource(camera, { startMs: 1_000 });
    const reader = source.pictures()[Symbol.asyncIterator]();
    const { value } = await reader.next();
    expect([source.width, source.height, source.fps, value?.number, value?.luma.length]).toEqual([
      96,
      54,
      5,
      0,
      96 * 54,
    ]);
    expect(value?.capturedAtMs).toBe(1_000);
    await source.close();
  });

  it('the reader of site files knows the scenes that can be drawn', () => {
    expect([...SCENES_IN_FILES].sort()).toEqual([...SCENES_DRAWN].sort());
  });
});
