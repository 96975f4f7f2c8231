/** Sound site files: everything the design's example says, defaults filled in, sources resolved. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../pipeline/errors.ts';
import { loadSite, parseSite } from '../../pipeline/site/parse.ts';
import { havePart } from '../support/require.ts';
import { faultsOf, siteText } from './sites.ts';

const example = `
site: gare-exemple
name: Rame d’exemple
kind: train
authorisation: { from: 2026-11-01, to: 2027-01-31, basis: "arrêté n° 1", events: [forbidden_zone, wrong_way, density, fire] }
cameras:
  - id: quai-a-01
    source: ./clip.mp4
    analysis: { width: 160, height: 90, fps: 5 }
    ground: { person: [ { foot: [0.5, 0.95], height: 0.42 }, { foot: [0.5, 0.4], height: 0.12 } ] }
    zones:
      - { id: tracks, polygon: [[0, 0.6], [0.3, 0.6], [0.3, 1], [0, 1]] }
      - { id: platform, polygon: [[0.3, 0.3], [1, 0.3], [1, 1], [0.3, 1]], area_m2: 140 }
    lines:
      - { id: gate, points: [[0.5, 0.3], [0.5, 0.9]] }
    rules:
      - { id: no-tracks, event: forbidden_zone, zone: tracks }
      - { id: too-full, event: density, zone: platform, limit: { per_m2: 2.5 }, for: 12s }
      - { id: fuller, event: density, zone: tracks, limit: { people: 80 }, severity: critical, version: 3 }
      - { id: one-way, event: wrong_way, zone: platform, direction: [3, 4] }
      - { id: axis, event: wrong_way, zone: platform, direction: [0, -2], either_sign: true, for: 2m }
      - { id: gate-in, event: wrong_way, line: gate, allowed: left_to_right }
      - { id: fire, event: fire }
  - id: remote
    vehicle: { id: "4521", trip: "TER 857312", position: [48.8443, 2.3744] }
`;

describe('site file', () => {
  it.each(['none', 'plane', 'full'])('reads what may be shown of a candidate: %s', (clips) => {
    const text = `site: a\ncameras:\n  - { id: b, source: x.mp4, clips: ${clips} }\n`;
    expect(parseSite(text, { file: 'x', dev: true }).cameras[0]?.clips).toBe(clips);
  });

  it('reads the example whole', () => {
    const site = parseSite(example, { file: 'x' });
    expect(site.id).toBe('gare-exemple');
    expect(site.kind).toBe('train');
    expect(site.authorisation).toEqual({
      fromMs: Date.UTC(2026, 10, 1),
      toMs: Date.UTC(2027, 1, 1) - 1,
      basis: 'arrêté n° 1',
      events: ['forbidden_zone', 'wrong_way', 'density', 'fire'],
    });
    const [camera, remote] = site.cameras;
    expect(site.name).toBe('Rame d’exemple');
    expect(camera?.vehicle).toBeUndefined();
    const { vehicle, ...rest } = remote!;
    expect(vehicle).toEqual({
      id: '4521',
      trip: 'TER 857312',
      position: { latitude: 48.8443, longitude: 2.3744 },
    });
    expect(camera?.source).toBe('./clip.mp4');
    expect(camera?.analysis).toEqual({ width: 160, height: 90, fps: 5 });
    expect(camera?.ground).toEqual([
      { foot: { x: 0.5, y: 0.95 }, height: 0.42 },
      { foot: { x: 0.5, y: 0.4 }, height: 0.12 },
    ]);
    expect(camera?.zones.map(({ id, areaM2 }) => [id, areaM2])).toEqual([
      ['tracks', undefined],
      ['platform', 140],
    ]);
    expect(camera?.lines).toEqual([
      {
        id: 'gate',
        points: [
          { x: 0.5, y: 0.3 },
          { x: 0.5, y: 0.9 },
        ],
      },
    ]);
    const medium = { version: 1, severity: 'medium', sensitivity: 'medium' };
    expect(camera?.rules).toEqual([
      {
        id: 'no-tracks',
        version: 1,
        severity: 'high',
        sensitivity: 'medium',
        event: 'forbidden_zone',
        zone: 'tracks',
        dwellMs: 500,
      },
      { id: 'too-full', ...medium, event: 'density', zone: 'platform', limit: { perM2: 2.5 }, forMs: 12_000 },
      {
        id: 'fuller',
        version: 3,
        severity: 'critical',
        sensitivity: 'medium',
        event: 'density',
        zone: 'tracks',
        limit: { people: 80 },
        forMs: 10_000,
      },
      {
        id: 'one-way',
        ...medium,
        event: 'wrong_way',
        zone: 'platform',
        direction: { x: 0.6, y: 0.8 },
        eitherSign: false,
        holdMs: 1_500,
      },
      {
        id: 'axis',
        ...medium,
        event: 'wrong_way',
        zone: 'platform',
        direction: { x: 0, y: -1 },
        eitherSign: true,
        holdMs: 120_000,
      },
      { id: 'gate-in', ...medium, event: 'wrong_way', line: 'gate', allowed: 'left_to_right' },
      { id: 'fire', version: 1, severity: 'critical', sensitivity: 'medium', event: 'fire', forMs: 1_500 },
    ]);
    expect(rest).toEqual({ id: 'remote', analysis: {}, ground: [], zones: [], lines: [], rules: [] });
  });

  it('reads the example that is given to people, whose stated defaults are the defaults', async () => {
    const path = new URL('../../pipeline/site/example.yaml', import.meta.url);
    const text = readFileSync(path, 'utf8');
    const site = parseSite(text, { file: 'example.yaml' });
    const bare = text.replace(
      /, for: (500ms|1500ms|10s)|, severity: high|, version: 1|, either_sign: false/g,
      '',
    );
    expect(bare.length).toBeLessThan(text.length - 60);
    expect(parseSite(bare.replace(/kind: station/, ''), { file: 'example.yaml' })).toEqual(site);
  });

  it('is a station unless it says otherwise, and does without authorisation in development only', () => {
    const text = 'site: a\ncameras: [{ id: b }]\n';
    const site = parseSite(text, { file: 'x', dev: true });
    expect([site.kind, site.authorisation]).toEqual(['station', undefined]);
    expect(faultsOf(text).map(({ code, at }) => [code, at])).toEqual([['missing_key', 'authorisation']]);
  });

  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['2m', 120_000],
    ['2min', 120_000],
    ['1h', 3_600_000],
    ['3', 3_000],
    ['0.25', 250],
    ['"1.5 s"', 1_500],
  ])('reads the duration %s', (text, ms) => {
    const rules = `[{ id: r, event: forbidden_zone, zone: tracks, for: ${text} }]`;
    expect(parseSite(siteText({ rules }), { file: 'x' }).cameras[0]?.rules[0]).toMatchObject({ dwellMs: ms });
  });

  it('takes an instant with its offset where a day of UTC is too coarse', () => {
    const authorisation =
      '{ from: 2026-11-01T00:00:00+01:00, to: 2027-01-31T23:59:59.999+01:00, basis: b, events: [forbidden_zone] }';
    const { authorisation: read } = parseSite(siteText({ authorisation }), { file: 'x' });
    expect(read?.fromMs).toBe(Date.UTC(2026, 9, 31, 23));
    expect(read?.toMs).toBe(Date.UTC(2027, 0, 31, 23) - 1);
  });

  it('resolves files against the site file, leaves the other sources', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'vigie-site-'));
    try {
      const path = join(directory, 'site.yaml');
      const sources = ['./a.mp4', '../b.mp4', '/c/d.mp4', 'rtsp://h/1', 'scene:platform'];
      const cameras = sources.map((source, index) => `{ id: c${index}, source: '${source}' }`);
      writeFileSync(path, `site: s\ncameras: [${cameras.join(', ')}]\n`);
      const site = await loadSite(path, { dev: true });
      expect(site.cameras.map(({ source }) => source)).toEqual([
        join(directory, 'a.mp4'),
        resolve(directory, '../b.mp4'),
        '/c/d.mp4',
        'rtsp://h/1',
        'scene:platform',
      ]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('says when the file cannot be read', async () => {
    const error = await loadSite('/nowhere/site.yaml').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toBe('/nowhere/site.yaml: no such file');
    expect(((await loadSite(tmpdir()).catch((reason: unknown) => reason)) as InputError).code).toBe(
      'file_unreadable',
    );
  });

  const folder = resolve(process.env.VIGIE_DATA ?? '../shared/data', 'site');
  it.runIf(havePart('footage', existsSync(folder), 'no footage'))(
    'reads every site of the footage',
    async () => {
      for (const name of readdirSync(folder)) {
        const site = await loadSite(join(folder, name), { dev: true });
        expect(site.cameras.length).toBe(1);
        expect(site.cameras[0]!.rules.length).toBeGreaterThan(3);
        expect(existsSync(site.cameras[0]!.source!)).toBe(true);
      }
    },
  );
});
