/** A client not written here: buf, which knows the schema from the server's reflection and nothing else. */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { candidate, openWorld, verified, type World } from './world.ts';

const run = promisify(execFile);
const buf = resolve('node_modules/.bin/buf');
const present = existsSync(buf);
if (!present) process.stderr.write('skipped: buf: node_modules/.bin/buf is not installed\n');

describe.skipIf(!present)('buf', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.close());
  const url = (path = '') => `http://${world.serving.address}${path}`;
  const curl = ['curl', '--protocol', 'grpc', '--http2-prior-knowledge'];

  it('lint finds nothing in the schema', async () => {
    expect((await run(buf, ['lint', 'proto'])).stdout).toBe('');
  });

  it('curl lists the services and their methods by reflection', async () => {
    const services = (await run(buf, [...curl, '--list-services', url()])).stdout.trim().split('\n');
    expect(services).toEqual(expect.arrayContaining(['vigie.v1.EventService', 'vigie.v1.ReviewService']));
    const methods = (await run(buf, [...curl, '--list-methods', url()])).stdout;
    for (const method of [
      'EventService/Subscribe',
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
