import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { openEmbeddedLog } from '../pipeline/log/embedded/embedded.ts';
import { openClient } from '../pipeline/serve/client/client.ts';
import { lastView, type RunningVigie, runVigie, spawnVigie } from './support/station.ts';

const directory = mkdtempSync(join(tmpdir(), 'vigie-cli-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const started: RunningVigie[] = [];
afterEach(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all(started.splice(0).map(({ ended }) => ended));
});
const start = (...words: string[]): RunningVigie => {
  const running = spawnVigie(words);
  started.push(running);
  return running;
};

function siteFile(name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

const QUIET = siteFile(
  'quiet.yaml',
  `
site: gare
cameras:
  - id: couloir
    source: scene:corridor?seed=3&events=quiet
    zones:
      - { id: hall, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]] }
    rules:
      - { id: full, event: density, zone: hall, limit: { people: 50 } }
`,
);

/** What no user should have to read. */
const TRACE = /\n\s+at .+:\d+:\d+/;

describe.concurrent('words', () => {
  it.each([
    'start',
    'run',
    'ingest',
    'worker',
    'serve',
    'console',
    'check',
    'review',
    'subscribe',
    'events',
    'watch',
    'status',
    'topics',
    'reconcile',
    'evaluate',
    'token',
    'certs',
    'audit',
  ])('%s --help gives examples and says what the exit codes mean', async (name) => {
    const { code, printed } = await runVigie([name, '--help']);
    expect(code).toBe(0);
    expect(printed).toContain(`Usage: vigie ${name}`);
    expect(printed).toContain(`Examples:\n  vigie ${name}`);
    expect(printed).toContain('Exit codes: 0 ok, 1 failed, 2 usage or bad input, 130 interrupted.');
    expect(printed).not.toMatch(/default:\s+(?:false|\[\])/);
  });

  const twoFaults = siteFile('faults.yaml', 'site: gare\ncameras:\n  - id: a\n    colour: red\n  - id: a\n');
  const refusals: readonly [string, readonly string[], number, RegExp][] = [
    ['nothing', [], 2, /Usage: vigie/],
    ['an unknown command', ['fly'], 2, /^usage: unknown command 'fly'\n\(--help shows/m],
    ['an unknown command of a group', ['audit', 'fly'], 2, /^usage: unknown command 'fly'\n\(--help shows/m],
    ['an unknown option', ['run', QUIET, '--fast'], 2, /unknown option '--fast'/],
    ['a missing argument', ['run'], 2, /missing required argument 'site.yaml'/],
    [
      'an address without a port',
      ['run', QUIET, '--grpc', 'here'],
      2,
      /^bad_option: --grpc: 'here', expected host:port/m,
    ],
    [
      'a server without a port',
      ['review', '--server', 'here'],
      2,
      /^bad_option: --server: 'here', expected host:port/m,
    ],
    [
      'a server for clips without a port',
      ['ingest', QUIET, '--dev', '--clips-to', '127.0.0.1:1,here'],
      2,
      /^bad_option: --clips-to: '127.0.0.1:1,here', expected host:port/m,
    ],
    [
      'a number that may be none',
      ['evaluate', '--scenes', '-1'],
      2,
      /^bad_option: --scenes: '-1', .*at least 0$/m,
    ],
    [
      'a pace that is none',
      ['run', QUIET, '--pace', 'slow'],
      2,
      /^bad_option: --pace: 'slow', expected one of real, fast$/m,
    ],
    [
      'a site file that is not there',
      ['run', join(directory, 'none.yaml')],
      2,
      /^file_unreadable: .*no such file/m,
    ],
    ['a site without authorisation', ['run', QUIET], 2, /^missing_key: .*authorisation.*--dev/m],
    ['a site with several faults, all of them', ['run', twoFaults, '--dev'], 2, /colour[\s\S]*'a'/],
    [
      'an address that others can reach',
      ['run', QUIET, '--dev', '--log', 'memory', '--grpc', '0.0.0.0:0'],
      2,
      /^bind_not_loopback: /m,
    ],
    ['no broker', ['run', QUIET, '--dev', '--log', 'kafka', '--brokers', ' '], 2, /^no_brokers: /m],
    [
      'a part alone on a log of one process',
      ['worker', QUIET, '--dev', '--log', 'embedded'],
      2,
      /^log_of_one_process: .*'embedded'.*vigie run.*--log kafka/m,
    ],
    [
      'a policy that is none',
      ['run', QUIET, '--overload', 'drop'],
      2,
      /^bad_option: --overload: 'drop', expected one of keep_all, keep_fresh$/m,
    ],
    ['a share beyond the last', ['ingest', QUIET, '--dev', '--share', '3/2'], 2, /expected N\/M/],
    [
      'two ways to choose cameras',
      ['ingest', QUIET, '--dev', '--share', '1/2', '--cameras', 'couloir'],
      2,
      /cannot be used with option/,
    ],
    [
      'a camera that is not declared',
      ['ingest', QUIET, '--dev', '--cameras', 'nowhere'],
      2,
      /^unknown_camera: .*'nowhere'.*expected some of couloir/m,
    ],
    ['a data directory that is a file', ['run', QUIET, '--dev', '--data', QUIET], 2, /^data_unwritable: /m],
    ['a type that is none', ['subscribe', '--type', 'flood'], 2, /^unknown_type: .*'flood'/m],
    [
      'a server that is not there',
      ['review', '--list', '--server', '127.0.0.1:1'],
      1,
      /^server_unavailable: .*ECONNREFUSED 127\.0\.0\.1:1.*vigie start/m,
    ],
    [
      'every step and one of them',
      ['evaluate', '--scenes', '1', '--every-step', '--sensitivity', 'low'],
      2,
      /cannot be used with option/,
    ],
    ['a verdict by nobody', ['review', '--confirm', 'x', '--server', '127.0.0.1:1'], 2, /agent/],
  ];
  it.each(refusals)('refuses %s with a reason and an exit code', async (_, words, exitCode, reason) => {
    const { code, printed } = await runVigie(words, { VIGIE_AGENT: '' });
    expect(printed).toMatch(reason);
    expect(code).toBe(exitCode);
    expect(printed).not.toMatch(TRACE);
  });
});

describe('a station', () => {
  it('shows itself line by line, stops cleanly on Ctrl-C and starts again where it was', async () => {
    const data = join(directory, 'again');
    for (let time = 0; time < 2; time++) {
      const station = start('run', QUIET, '--dev', '--data', data, '--grpc', '127.0.0.1:0');
      const client = openClient(await station.address);
      expect(await client.listCandidates()).toEqual([]);
      client.close();
      await expect.poll(() => station.printed()).toMatch(/gare {2}up 00:00:0\d {2}cameras [01] live of 1/);
      station.child.kill('SIGINT');
      expect(await station.ended).toEqual({ code: 0, signal: null });
      expect(station.printed()).toMatch(/stopped, data is kept in \S+again/);
      expect(station.printed()).not.toMatch(TRACE);
    }
  });

  it('prints its status as JSON lines', async () => {
    const station = start('run', QUIET, '--dev', '--log', 'memory', '--grpc', '127.0.0.1:0', '--json');
    await expect.poll(() => station.printed().split('\n').length, { timeout: 10_000 }).toBeGreaterThan(2);
    station.child.kill('SIGTERM');
    expect((await station.ended).code).toBe(0);
    const [first] = station.printed().split('\n');
    expect(JSON.parse(first!)).toMatchObject({
      site: 'gare',
      cameras: [{ camera: 'couloir', people: { hall: null } }],
      waiting: 0,
      events: 0,
      outages: [],
    });
  });

  it('refuses a data directory in which another one runs, and leaves that one alone', async () => {
    const data = join(directory, 'taken');
    const words = ['run', QUIET, '--dev', '--data', data, '--grpc', '127.0.0.1:0'];
    const first = start(...words);
    await first.address;
    const second = await runVigie(words);
    expect(second.code).toBe(2);
    expect(second.printed).toContain(
      `data_in_use: ${data}: another Vigie is running there (process ${first.child.pid})`,
    );
    first.child.kill('SIGINT');
    expect((await first.ended).code).toBe(0);
  });

  it.each([
    ['--grpc', /^port_in_use: --grpc: port PORT of 127.0.0.1 is taken .*--grpc/m],
    ['--http', /^console_port_in_use: .*port PORT of 127.0.0.1.*is taken.*--no-console/m],
  ])('refuses a port for %s that is taken', async (option, expected) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const words = ['run', QUIET, '--dev', '--log', 'memory', '--grpc', '127.0.0.1:0'];
    const { code, printed } = await runVigie([...words, option, `127.0.0.1:${port}`]);
    other.close();
    expect(code).toBe(2);
    expect(printed.replaceAll(String(port), 'PORT')).toMatch(expected);
  });

  it('has a console, unless told otherwise, and says where', async () => {
    const words = ['run', QUIET, '--dev', '--log', 'memory', '--grpc', '127.0.0.1:0', '--json'];
    const [plain, without] = [start(...words), start(...words, '--no-console')];
    const seen = async (one: RunningVigie) => {
      await expect.poll(() => lastView(one), { timeout: 20_000 }).toBeDefined();
      return lastView(one)?.console;
    };
    expect(await seen(without)).toBeUndefined();
    const url = await seen(plain);
    expect((await fetch(`${url}/api/session`)).status).toBe(401);
    plain.child.kill('SIGINT');
    expect((await plain.ended).code).toBe(0);
  });

  it('survives a source that cannot be opened: the others go on, and its reason is shown', async () => {
    const file = siteFile(
      'half.yaml',
      `${readFileSync(QUIET, 'utf8')}
  - id: broken
    source: ./no-such-file.mp4
    zones:
      - { id: hall, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]] }
    rules:
      - { id: full, event: density, zone: hall, limit: { people: 50 } }
`,
    );
    const station = start('run', file, '--dev', '--log', 'memory', '--grpc', '127.0.0.1:0', '--json');
    const views = () =>
      station
        .printed()
        .split('\n')
        .filter((line) => line.startsWith('{') && line.endsWith('}'))
        .map((line) => JSON.parse(line));
    await expect
      .poll(() => views().at(-1)?.cameras[0].framesPerSecond, { timeout: 20_000 })
      .toBeGreaterThan(0);
    expect(views().at(-1).cameras).toMatchObject([
      { camera: 'couloir', source: 'live' },
      { camera: 'broken', source: 'failed', why: expect.stringContaining('no such file') },
    ]);
  });
});

describe('what was put aside', { timeout: 60_000 }, () => {
  const SOON = { timeout: 20_000 };
  it('is listed and put through again, also while a station runs on the same data', async () => {
    const data = join(directory, 'rejected');
    const missing = await runVigie(['rejected', 'list', '--data', data]);
    expect([missing.code, missing.printed]).toEqual([
      1,
      expect.stringMatching(/^topic_missing: .*rail\.rejected/),
    ]);
    const station = start('run', QUIET, '--dev', '--data', data, '--grpc', '127.0.0.1:0');
    await station.address;
    const log = await openEmbeddedLog({ directory: join(data, 'log') });
    await log.append([{ topic: 'rail.frames', partition: 2, value: new TextEncoder().encode('garbage') }]);
    await log.close();
    const list = () => runVigie(['rejected', 'list', '--data', data, '--since', '1h']);
    await expect.poll(async () => (await list()).printed, SOON).toMatch(/1 put aside: garbage 1/);
    expect((await list()).printed).toMatch(/^\S+ \S+ {2}garbage +rail\.frames\/2\/0 +- /m);
    const replayed = await runVigie(['rejected', 'replay', '--data', data]);
    expect([replayed.code, replayed.printed]).toEqual([0, '1 record put through again\n']);
    // It is still garbage: put aside again, from its new place.
    await expect.poll(async () => (await list()).printed, SOON).toMatch(/2 put aside: garbage 2/);
    expect((await runVigie(['rejected', 'list', '--data', data, '--code', 'bad_grid'])).printed).toBe(
      'nothing was put aside\n',
    );
  });
});

describe('topics', () => {
  it('says what is missing, creates it, and then lists it', async () => {
    const data = join(directory, 'topics');
    const before = await runVigie(['topics', '--data', data]);
    expect(before.code).toBe(1);
    expect(before.printed).toMatch(/rail\.frames +missing; create it with: vigie topics --create/);
    const created = await runVigie(['topics', '--data', data, '--create', '--partitions', '3', '--json']);
    expect(created.code).toBe(0);
    expect(JSON.parse(created.printed)).toContainEqual({
      topic: 'rail.events',
      partitions: 3,
      records: 0,
      retentionHours: 8760,
      replication: null,
      created: true,
    });
    const after = await runVigie(['topics', '--data', data]);
    expect(after.code).toBe(0);
    expect(after.printed).toMatch(/rail\.rejected +1 partitions/);
  });
});
