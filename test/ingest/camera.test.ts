/** Which source a camera's words mean. */
import { describe, expect, it } from 'vitest';
import { openSource, sourceKind, withoutPassword } from '../../pipeline/ingest/camera.ts';
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
