import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../pipeline/errors.ts';
import { eventLine, type SubscribeWords, subscribe } from '../../pipeline/operate/subscribe.ts';
import { RpcError } from '../../pipeline/serve/client/client.ts';
import { encodeToken } from '../../pipeline/serve/events/token.ts';
import { serve } from '../../pipeline/serve/serve.ts';
import { testTerminal } from './terminal.ts';
import { openWorld, PARTITIONS, scriptedReview, TOPIC, verified, type World } from './world.ts';

let world: World;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vigie-'));
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
  await rm(directory, { recursive: true });
});

const start = (words: Partial<SubscribeWords> = {}) => {
  const at = testTerminal();
  return { ...at, ended: subscribe({ server: world.serving.address, ...words }, at.terminal) };
};
const lines = (text: string) => text.trimEnd().split('\n');

describe('vigie subscribe', () => {
  it('prints one line an event: when, how severe, what, where, the sentence, who confirmed', async () => {
    await world.append(verified(3));
    const watching = start({ fromStart: true, count: 1 });
    expect(await watching.ended).toBe(0);
    expect(watching.said.output).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}high +forbidden_zone +gare-exemple\/quai-3\/tracks {2}someone stands on the tracks for 3 s {2}confirmed by A\. Martin\n$/,
    );
  });

  it('says who took an event back, and lets nothing in it steer the terminal', () => {
    expect(eventLine(verified(1, { change: 'retracted' }))).toContain('RETRACTED by A. Martin');
    const event = verified(1);
    const line = eventLine({ ...event, candidate: { ...event.candidate, explanation: 'a\u001b[2Jb\nc' } });
    expect(line).toContain('a?[2Jb?c');
  });

  it('keeps events and talk apart, and says when it is up to date', async () => {
    await world.append(verified(1), verified(2));
    const watching = start({ fromStart: true, json: true });
    await watching.heard('errors', 'up to date');
    await world.append(verified(3));
    await watching.heard('output', verified(3).id);
    watching.stop();
    expect(await watching.ended).toBe(0);
    const seen = lines(watching.said.output).map((line) => JSON.parse(line).id);
    expect(seen.toSorted()).toEqual([1, 2, 3].map((n) => verified(n).id).toSorted());
    expect(lines(watching.said.errors)).toHaveLength(1);
  });

  it('hands its filters on', async () => {
    await world.append(
      verified(1, { severity: 'low' }),
      verified(2, { type: 'fire' }),
      verified(3, { site: 'b' }),
    );
    const watching = start({ fromStart: true, json: true, type: ['forbidden_zone'], severity: 'high' });
    await watching.heard('errors', 'up to date');
    watching.stop();
    await watching.ended;
    expect(lines(watching.said.output).map((line) => JSON.parse(line).id)).toEqual([
      verified(3, { site: 'b' }).id,
    ]);
  });

  it('hands on the place and the time of the verdict too', async () => {
    const late = verified(4, { place: 'gate' });
    await world.append(verified(1), verified(2, { place: 'gate' }), {
      ...late,
      verdict: { ...late.verdict, atMs: Date.UTC(2027, 0, 2) },
    });
    const watching = start({
      fromStart: true,
      json: true,
      place: ['gate'],
      from: '2027-01-01',
      until: '2027-02-01',
    });
    await watching.heard('errors', 'up to date');
    watching.stop();
    await watching.ended;
    expect(lines(watching.said.output).map((line) => JSON.parse(line).id)).toEqual([late.id]);
  });

  it('goes on after a restart where its token file says', async () => {
    const tokenFile = join(directory, 'token');
    const all = Array.from({ length: 20 }, (_, n) => verified(n));
    await world.append(...all);
    const seen: string[] = [];
    for (let round = 0; round < 4; round++) {
      const watching = start({ tokenFile, fromStart: true, json: true, count: 5 });
      await watching.ended;
      seen.push(...lines(watching.said.output).map((line) => JSON.parse(line).id));
    }
    expect(seen.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
    expect(await readFile(tokenFile, 'utf8')).toMatch(/^[0-9a-f]+\n$/);
  });

  it('outlives the server, says so, and misses nothing', async () => {
    const { log, serving } = world;
    const watching = start({ json: true });
    await watching.heard('errors', 'up to date');
    await serving.close(200);
    await watching.heard('errors', 'connection lost');
    await watching.heard('errors', 'ECONNREFUSED');
    expect(watching.said.errors).not.toContain('Resolution note');
    // Further attempts fail for the same reason, which is said no more.
    await setTimeout(1_500);
    expect(watching.said.errors.match(/ECONNREFUSED/g)?.length).toBeLessThanOrEqual(2);
    await world.append(verified(1));
    const next = await serve({ log, review: scriptedReview(), port: serving.port, progressMs: 50 });
    await watching.heard('output', verified(1).id);
    watching.stop();
    await watching.ended;
    await next.close(200);
  });

  it('says that events were missed when the history is gone', async () => {
    await world.append(...Array.from({ length: 10 }, (_, n) => verified(n, { camera: 'quai-0' })));
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const at = { topic: TOPIC, partition };
      await world.log.dropBefore(at, Math.min(4, await world.log.endOffset(at)));
    }
    const resume = encodeToken({ topic: TOPIC, offsets: [0, 0, 0, 0] }).toString('hex');
    const watching = start({ resume, json: true, count: 6 });
    await watching.ended;
    expect(watching.said.errors).toContain('EVENTS WERE MISSED');
    expect(lines(watching.said.output)).toHaveLength(6);
  });

  it.each<[string, Partial<SubscribeWords>, string[]]>([
    ['words', { type: ['riot'], severity: 'huge' }, ['unknown_type', 'unknown_severity']],
    ['times', { from: 'yesterday', until: '2026-13-40' }, ['bad_time', 'bad_time']],
    ['token', { resume: 'xyz' }, ['bad_token']],
    ['places', { resume: 'ab', tokenFile: 'x' }, ['two_places']],
  ])('refuses wrong %s before it connects', async (_, words, codes) => {
    const error = await start(words).ended.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).faults.map(({ code }) => code)).toEqual(codes);
  });

  it('does not take another file for its token, nor a token of another log', async () => {
    const tokenFile = join(directory, 'token');
    await writeFile(tokenFile, 'shopping list');
    await expect(start({ tokenFile }).ended).rejects.toThrow('holds no token');
    await writeFile(tokenFile, encodeToken({ topic: TOPIC, offsets: [0] }).toString('hex'));
    const error = await start({ tokenFile }).ended.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toMatchObject({ status: 'FAILED_PRECONDITION', code: 'token_of_another_log' });
  });
});
