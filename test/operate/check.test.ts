/** `vigie check`: what it says of a wrong file, of wrong sources and of a sound site. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CheckOptions, check } from '../../pipeline/operate/check.ts';
import type { CheckReport } from '../../pipeline/operate/check-report.ts';
import { haveFfmpeg, Videos } from '../ingest/videos.ts';
import { siteText } from '../site/sites.ts';
import { havePart } from '../support/require.ts';

const DURING = Date.UTC(2026, 11, 1);

const videos = new Videos();
afterAll(() => videos.remove());

async function said(text: string, options: CheckOptions = {}): Promise<{ code: number; text: string }> {
  let out = '';
  const write = (part: string) => {
    out += part;
  };
  const code = await check(videos.write('site.yaml', text), { nowMs: DURING, ...options, write });
  return { code, text: out };
}

describe('vigie check', () => {
  it('prints every fault where an editor can jump to it, and the exit code says no', async () => {
    const { code, text } = await said(siteText({ head: 'site: a/b\nkind: staton', lines: '[{ id: gate }]' }));
    const file = videos.path('site.yaml');
    expect(code).toBe(2);
    const lines = text.split('\n');
    expect(lines[0]).toMatch(`${file}:1: site: is 'a/b'`);
    expect(lines[1]).toMatch(`${file}:2: kind: is 'staton'`);
    expect(lines[1]).toContain("did you mean 'station'?");
    expect(lines[2]).toMatch(`${file}:10: cameras[0].lines[0].points: missing`);
    expect(text).toContain(`${file}: 3 faults, nothing was started`);
  });

  it('says the same as data', async () => {
    const { code, text } = await said(siteText({ head: 'site: a/b' }), { json: true });
    const report = JSON.parse(text) as CheckReport;
    expect([code, report.ok]).toEqual([2, false]);
    expect(report.faults).toMatchObject([{ code: 'id_syntax', at: 'site', line: 1 }]);
  });

  it('says that a file is not there', async () => {
    let out = '';
    expect(await check('/nowhere/site.yaml', { write: (part) => (out += part) })).toBe(2);
    expect(out).toContain('/nowhere/site.yaml: no such file');
  });

  it('takes a site without authorisation in development only', async () => {
    const text = 'site: a\ncameras: [{ id: b }]\n';
    expect((await said(text)).code).toBe(2);
    const dev = await said(text, { dev: true });
    expect(dev.code).toBe(0);
    expect(dev.text).toContain('note: no authorisation');
    expect(dev.text).toContain('no source: frames arrive by the log or by gRPC');
  });

  it('says when the authorisation has not begun or is over', async () => {
    const text = siteText().replace('source: ./clip.mp4', '');
    expect((await said(text)).text).not.toContain('authorisation has not begun');
    expect((await said(text, { nowMs: Date.UTC(2026, 9, 31) })).text).toContain('has not begun');
    expect((await said(text, { nowMs: Date.UTC(2027, 1, 1) - 1 })).text).not.toContain('is over');
    expect((await said(text, { nowMs: Date.UTC(2027, 1, 1) })).text).toContain('is over');
  });

  it('opens scenes too, and says what is wrong with one', async () => {
    const sound = await said(siteText({ source: 'scene:platform' }));
    expect(sound.code).toBe(0);
    expect(sound.text).toContain('drawn at 5/s, plane 160x90, every picture analysed: 5/s');
    const wrong = await said(siteText({ source: 'scene:platform?sed=3' }));
    expect(wrong.code).toBe(2);
    expect(wrong.text).toContain("cameras[0].source: 'sed' is no setting of a scene");
  });

  it('refuses a network camera without showing its password', async () => {
    const { code, text } = await said(siteText({ source: 'rtsp://admin:secret@cam/1' }));
    expect(code).toBe(2);
    expect(text).toContain(
      'cameras[0].source: rtsp://cam/1: network cameras (RTSP) arrive with a later release',
    );
    expect(text).not.toContain('secret');
  });
});

describe.runIf(havePart('ffmpeg', haveFfmpeg, 'no ffmpeg on the path'))('vigie check with sources', () => {
  beforeAll(() => {
    videos.draw('wide.mp4', 'testsrc2=s=640x360:r=25:d=1');
    videos.draw('old.mp4', 'testsrc2=s=640x480:r=7:d=1');
    videos.write('letter.mp4', 'hello');
  });

  it('sums up a sound site', async () => {
    const text = siteText({
      source: './wide.mp4',
      authorisation:
        '{ from: 2026-11-01, to: 2027-01-31, basis: "arrêté 7", events: [forbidden_zone, person_on_ground] }',
      rules: '[{ id: no-tracks, event: forbidden_zone, zone: tracks }, { id: f, event: person_on_ground }]',
      more: '  - { id: b, source: old.mp4 }',
    });
    const { code, text: out } = await said(text);
    expect(code).toBe(0);
    expect(out).toContain('gare (station): 2 cameras, 2 zones, 1 line, 2 rules');
    expect(out).toContain('authorised 2026-11-01T00:00:00.000Z to 2027-01-31T23:59:59.999Z by arrêté 7');
    expect(out).toContain('640x360 h264 at 25/s, plane 160x90, one picture in 5 analysed: 5/s');
    expect(out).toContain('640x480 h264 at 7/s, plane 138x104, every picture analysed: 7/s');
    expect(out).toContain('  no-tracks: forbidden_zone on tracks, high\n');
    expect(out).toContain('  f: person_on_ground anywhere, high\n');
    expect(out).toContain('note: zone platform of camera quai has no rule');
    expect(out).toContain('note: camera b has no rule');
    const report = JSON.parse((await said(text, { json: true })).text) as CheckReport;
    expect(report).toMatchObject({ ok: true, site: 'gare', kind: 'station', faults: [] });
    expect(report.cameras[0]).toMatchObject({
      rules: [
        { id: 'no-tracks', place: 'tracks' },
        { id: 'f', event: 'person_on_ground' },
      ],
      stream: { every: 5, fps: 5 },
    });
  });

  it('says where flames cannot be seen to flicker', async () => {
    const fire = '[{ id: f, event: fire, zone: tracks }]';
    const slow = 'too few to see flames flicker, expected 9 or more: rule f never fires';
    expect((await said(siteText({ source: './old.mp4', rules: fire }))).text).toContain(slow);
    expect((await said(siteText({ source: './wide.mp4', rules: fire }))).text).not.toContain(slow);
  });

  it('names every source that cannot be opened, with its camera', async () => {
    const cameras = ['letter.mp4', 'none.mp4', 'wide.mp4'].map(
      (source, i) => `  - { id: c${i}, source: ${source} }`,
    );
    const { code, text } = await said(`site: a\ncameras:\n${cameras.join('\n')}\n`, { dev: true });
    expect(code).toBe(2);
    expect(text).toMatch(/cameras\[0\]\.source: .*letter\.mp4: not a video/);
    expect(text).toMatch(/cameras\[1\]\.source: .*none\.mp4: no such file/);
    expect(text).not.toContain('cameras[2]');
    expect(text).toContain('2 faults');
  });

  it('notes a plane that stretches the view', async () => {
    const { code, text } = await said(siteText({ source: 'old.mp4' }));
    expect(code).toBe(0);
    expect(text).toContain(
      'the plane 160x90 does not keep the aspect ratio of the view 640x480: people look wide',
    );
  });
});
