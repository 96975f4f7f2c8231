/** A client not written here: buf, which knows the schema from the server's reflection and nothing else. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { candidate, observed, openWorld, verified, type World } from './world.ts';

const run = promisify(execFile);
const buf = resolve('node_modules/.bin/buf');
const present = existsSync(buf);
if (!present) process.stderr.write('skipped: buf: node_modules/.bin/buf is not installed\n');

const SOON = { timeout: 10_000, interval: 20 };

describe.skipIf(!present)('buf', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.close());
  const url = (path = '') => `http://${world.serving.address}${path}`;
  const curl = ['curl', '--protocol', 'grpc', '--http2-prior-knowledge'];

  const ask = async (method: string, request: object) => {
    const { stdout } = await run(buf, [...curl, '-d', JSON.stringify(request), url(`/vigie.v1.${method}`)]);
    return JSON.parse(stdout);
  };
  /** Does `act` again and again until the stream has said `what`. */
  const until = async (method: string, request: string, what: string, act: () => Promise<void>) => {
    const child = spawn(buf, [...curl, '-d', request, url(`/vigie.v1.${method}`)]);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk;
    });
    const said = async () => {
      await act();
      return text;
    };
    try {
      await expect.poll(said, { timeout: 30_000, interval: 100 }).toContain(what);
      return text;
    } finally {
      child.kill();
    }
  };

  it('lint finds nothing in the schema', async () => {
    expect((await run(buf, ['lint', 'proto'])).stdout).toBe('');
  });

  it('curl lists the services and their methods by reflection', async () => {
    const services = (await run(buf, [...curl, '--list-services', url()])).stdout.trim().split('\n');
    const schema = readdirSync('proto/vigie/v1').map((file) =>
      readFileSync(`proto/vigie/v1/${file}`, 'utf8'),
    );
    const names = schema.flatMap((text) => [...text.matchAll(/^service (\w+)/gm)].map((found) => found[1]));
    expect(names.length).toBeGreaterThan(7);
    expect(services.filter((one) => one.startsWith('vigie.'))).toEqual(
      names.map((name) => `vigie.v1.${name}`).sort(),
    );
    const methods = (await run(buf, [...curl, '--list-methods', url()])).stdout;
    for (const method of [
      'EventService/Subscribe',
      'EventService/Get',
      'EventService/List',
      'ObservationService/Watch',
      'IngestService/Push',
      'OperationService/Status',
      'ReviewService/ListCandidates',
      'ReviewService/WatchCandidates',
      'ReviewService/Decide',
    ]) {
      expect(methods).toContain(`vigie.v1.${method}`);
    }
  });

  it('curl confirms a candidate', async () => {
    world.review.put({ candidate: candidate(5), state: { kind: 'waiting' } });
    const verdict = {
      id: 'v5',
      candidate: candidate(5).id,
      by: { name: 'A. Martin', role: 'ROLE_AGENT' },
      confirm: {},
    };
    const { stdout } = await run(buf, [
      ...curl,
      '-d',
      JSON.stringify({ verdict }),
      url('/vigie.v1.ReviewService/Decide'),
    ]);
    expect(JSON.parse(stdout).review).toMatchObject({
      status: 'CANDIDATE_STATUS_CONFIRMED',
      verdict: { id: 'v5' },
    });
  });

  it('curl lists candidates', async () => {
    world.review.put({ candidate: candidate(6), state: { kind: 'waiting' } });
    const { reviews } = await ask('ReviewService/ListCandidates', {});
    expect(reviews).toContainEqual(expect.objectContaining({ status: 'CANDIDATE_STATUS_WAITING' }));
  });

  it('curl lists verified events and gets one', async () => {
    await world.append(verified(7));
    await expect.poll(async () => (await world.client.listEvents()).events.length, SOON).toBeGreaterThan(0);
    const { events } = await ask('EventService/List', { types: ['EVENT_TYPE_FORBIDDEN_ZONE'], pageSize: 1 });
    expect(events).toMatchObject([
      { state: 'EVENT_CHANGE_VERIFIED', event: { candidate: { camera: 'quai-2' } } },
    ]);
    const { event } = await ask('EventService/Get', { id: candidate(7).id });
    expect(event).toMatchObject({ event: { id: candidate(7).id, verdict: { confirm: {} } } });
  });

  it('curl pushes frames and is answered', async () => {
    const { site, camera, epoch } = candidate(1);
    const frame = { site, camera, epoch, number: 1, planeWidth: 160, planeHeight: 90, view: 'VIEW_STATE_OK' };
    expect(await ask('IngestService/Push', { sequence: 3, frames: [frame, {}] })).toMatchObject({
      sequence: '3',
      accepted: 1,
      rejections: [{ index: 1, code: 'bad_grid' }],
    });
  });

  it('curl asks how the installation does', async () => {
    expect(await ask('OperationService/Status', {})).toMatchObject({
      site: 'gare',
      siteKind: 'SITE_KIND_STATION',
      cameras: [{ camera: 'quai', source: 'SOURCE_STATE_LIVE' }],
      waiting: 2,
    });
  });

  it('curl watches what is measured, and who waits', async () => {
    const seen = await until('ObservationService/Watch', '{"zones": ["platform"]}', 'observation', () =>
      world.observe(observed(4)),
    );
    expect(seen).toContain('"people": 4');
    expect(seen).not.toContain('tracks');
    const waits = await until('ReviewService/WatchCandidates', '{}', candidate(8).id, async () =>
      world.review.put({ candidate: candidate(8), state: { kind: 'waiting' } }),
    );
    expect(waits).toContain('CANDIDATE_STATUS_WAITING');
  });

  it('curl subscribes and receives a verified event as it is confirmed', async () => {
    const child = spawn(buf, [...curl, '-d', '{"fromStart": true}', url('/vigie.v1.EventService/Subscribe')]);
    try {
      let text = '';
      let errors = '';
      child.stderr.on('data', (chunk: Buffer) => {
        errors += chunk;
      });
      const heard = (what: string) =>
        new Promise<void>((done, failed) => {
          const look = () => text.includes(what) && done();
          child.stdout.on('data', look);
          child.on('exit', () => failed(new Error(`buf ended: ${errors}`)));
          look();
        });
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk;
      });
      await heard('progress');
      await world.append(verified(3));
      await heard(verified(3).id);
      await heard('EVENT_CHANGE_VERIFIED');
      await heard('A. Martin');
      expect(text).toContain(verified(3).id);
    } finally {
      child.kill();
    }
  });

  it('curl filters and goes on by token, as docs/examples/curl has it', async () => {
    const script = (request: object) => {
      const words = ['docs/examples/curl/subscribe.sh', world.serving.address, JSON.stringify(request)];
      const child = spawn('sh', words, { env: { ...process.env, BUF: buf } });
      const messages: { resumeToken?: string; event?: { id: string } }[] = [];
      let text = '';
      return new Promise<typeof messages>((done, failed) => {
        child.on('close', () => failed(new Error('buf ended')));
        child.stdout.on('data', (chunk: Buffer) => {
          // One JSON object after the other, each closed at the start of a line.
          const parts = (text + chunk).split(/(?<=^\})\s*/m);
          text = /^\}\s*$/m.test(parts.at(-1) ?? '') ? '' : (parts.pop() ?? '');
          messages.push(...parts.map((part) => JSON.parse(part)));
          if (messages.length < 2) return;
          child.removeAllListeners('close');
          child.kill();
          done(messages);
        });
      });
    };
    await world.append(verified(30, { type: 'fire' }), verified(31), verified(32, { type: 'fire' }));
    const types = ['EVENT_TYPE_FIRE'];
    const first = await script({ fromStart: true, types });
    const ids = [30, 32].map((n) => verified(n).id);
    expect(ids).toContain(first[0]?.event?.id);
    const rest = await script({ resumeToken: first[0]?.resumeToken, types });
    expect(rest[0]?.event?.id).toBe(ids.find((id) => id !== first[0]?.event?.id));
  });
});
