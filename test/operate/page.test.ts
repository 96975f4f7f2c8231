import { describe, expect, it } from 'vitest';
import type { CameraView, View } from '../../pipeline/operate/look.ts';
import { page, summary } from '../../pipeline/operate/page.ts';

const camera = (name: string, change: Partial<CameraView> = {}): CameraView => ({
  camera: name,
  source: 'live',
  view: 'ok',
  framesPerSecond: 5,
  people: { platform: 3.25, tracks: null },
  repeats: 0,
  clamped: 0,
  stepped: 0,
  waiting: 0,
  late: 0,
  skipped: 0,
  spooled: 0,
  dropped: 0,
  ...change,
});

const view = (change: Partial<View> = {}): View => ({
  part: 'station',
  site: 'gare',
  atMs: Date.UTC(2026, 10, 24, 12),
  upMs: 3_725_000,
  address: '127.0.0.1:50051',
  cameras: [camera('quai'), camera('hall', { view: 'warming', people: {} })],
  framesPerSecond: 10,
  waiting: 0,
  claimed: 0,
  events: 0,
  subscribers: 0,
  lag: 0,
  rejected: {},
  afresh: [],
  outages: [],
  clipsDropped: 0,
  ...change,
});

const shown = (change: Partial<View> = {}, columns = 100, rows = 40) =>
  page(view(change), { data: 'data is kept in ./.vigie', columns, rows });

describe('the page of a station', () => {
  it('shows cameras, counts and how to go on', () => {
    expect(shown()).toBe(
      [
        'Vigie  gare  up 01:02:05  gRPC 127.0.0.1:50051',
        '',
        'camera view      frames/s  people by zone',
        'quai   ok             5.0  platform 3.3   tracks -',
        'hall   warming        5.0  no zones',
        '',
        'no candidate waits   0 verified   0 subscribers   10.0 frames/s   lag 0 records',
        '',
        'in a second terminal   npx vigie review      (see what waits, confirm or reject)',
        'in a third terminal    npx vigie subscribe   (verified events as they come)',
        'Ctrl-C stops; data is kept in ./.vigie',
      ].join('\n'),
    );
  });

  it.each<[string, Partial<View>, string]>([
    ['one that waits', { waiting: 1 }, '1 candidate waits'],
    ['some that wait, one of them claimed', { waiting: 2, claimed: 1 }, '3 candidates wait (1 claimed)'],
    [
      'a source that failed, and why',
      { cameras: [camera('quai', { source: 'failed', why: 'no such file' })] },
      'failed         5.0  no such file',
    ],
    [
      'a camera that sent nothing yet',
      { cameras: [camera('quai', { source: 'external', view: undefined as never })] },
      'quai   waiting',
    ],
    [
      'sources that have all ended',
      { cameras: [camera('quai', { source: 'ended' })] },
      'all sources have ended',
    ],
    ['no camera at all', { cameras: [] }, 'no camera is declared'],
    ['what was put aside', { rejected: { bad_grid: 2, garbage: 1 } }, 'rejected: bad_grid 2, garbage 1'],
    ['a clock that runs ahead', { cameras: [camera('quai', { clamped: 3 })] }, 'clock runs ahead: quai'],
    [
      'a log that is away',
      { outages: ['worker: cannot append, attempt 3: no leader'] },
      'log away: worker: cannot append',
    ],
    [
      'frames that could not be measured, by camera and in all',
      { cameras: [camera('quai', { late: 2, skipped: 3, waiting: 99 }), camera('hall', { late: 1 })] },
      'tracks -   99 wait   2 late   3 skipped',
    ],
    [
      'how many came too late',
      { cameras: [camera('quai', { late: 2 }), camera('b', { late: 1 })] },
      '3 frames came too late',
    ],
    [
      'frames held on disk',
      { cameras: [camera('quai', { spooled: 7 })] },
      '7 frames held on disk until the log takes them',
    ],
    ['frames that found no room there', { cameras: [camera('quai', { dropped: 9 })] }, '9 dropped'],
    [
      'clips that found no room',
      { clipsDropped: 4 },
      '4 clips deleted before their time: the space for clips was full (--clips-mb)',
    ],
    ['a clock that jumped', { cameras: [camera('quai', { stepped: 2 })] }, 'clock jumped 2 times'],
    [
      'a state that could not be taken over',
      { afresh: ['partition 3: written by another layout'] },
      'begun afresh: partition 3: written by another layout',
    ],
    ['a lag that nobody knows', { lag: undefined as never }, 'lag unknown'],
    [
      'its console',
      { console: 'http://127.0.0.1:8080' },
      'gRPC 127.0.0.1:50051  console http://127.0.0.1:8080',
    ],
    ['another port', { address: '127.0.0.1:7' }, 'npx vigie review --server 127.0.0.1:7'],
  ])('shows %s', (_, change, text) => {
    expect(shown(change)).toContain(text);
  });

  it('fits the terminal, and counts the cameras that found no room', () => {
    const cameras = Array.from({ length: 50 }, (_, i) => camera(`c${i}`));
    const lines = shown({ cameras }, 60, 20).split('\n');
    expect(lines.length).toBeLessThanOrEqual(20);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(59);
    const listed = lines.filter((line) => /^c\d+ /.test(line)).length;
    expect(lines).toContain(`and ${50 - listed} more`);
  });

  it.each<[View['part'], Partial<View>, readonly string[], readonly string[]]>([
    [
      'ingest',
      { lag: undefined as never },
      ['Vigie ingest  gare', 'quai   ok             5.0'],
      ['platform', 'lag', 'review'],
    ],
    ['worker', {}, ['Vigie worker  gare', 'platform 3.3', 'lag 0 records'], ['review', 'subscribers']],
    [
      'serve',
      { cameras: [] },
      ['Vigie serve  gare  up 01:02:05  gRPC', 'npx vigie review'],
      ['frames/s', 'lag', 'no camera is declared'],
    ],
  ])('of %s shows what is its business', (part, change, there, not) => {
    const { address, waiting, claimed, events, subscribers, ...rest } = view({ part, ...change });
    const desk = part === 'serve' ? { address, waiting, claimed, events, subscribers } : {};
    const text = page({ ...rest, ...desk } as View, { data: 'data', columns: 100, rows: 40 });
    for (const words of there) expect(text).toContain(words);
    for (const words of not) expect(text).not.toContain(words);
    expect(summary({ ...rest, ...desk } as View)).toContain(`  ${part}  gare  up 01:02:05`);
  });

  it('is one line where there is no terminal', () => {
    expect(
      summary(view({ waiting: 2, claimed: 1, cameras: [camera('quai'), camera('b', { source: 'failed' })] })),
    ).toBe(
      '2026-11-24T12:00:00.000Z  gare  up 01:02:05  cameras 1 live of 2  failed b  10.0 frames/s  waiting 3  verified 0  lag 0',
    );
  });
});
