/**
 * Kill -9 at random moments while an agent confirms: no confirmed event is lost, none is told twice.
 *
 * What the agent was answered OK is what must be on the log of events; what was asked and not answered may be there
 * or not, but never without a verdict. SEED in the environment repeats a run's moments (not its processes' timing).
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEmbeddedLog } from '../pipeline/log/embedded/embedded.ts';
import type { Candidate, Verdict, VerifiedEvent } from '../pipeline/model.ts';
import { openClient, RpcError } from '../pipeline/serve/client/client.ts';
import { PARTITIONS_DEFAULT, TOPICS } from '../pipeline/topics.ts';
import { partitionsOf, readThrough } from '../pipeline/topology/history.ts';
import { decodeCandidate, decodeEvent, decodeVerdict } from '../proto/messages.ts';
import { random, SEED } from './support/random.ts';
import { type RunningVigie, spawnVigie } from './support/station.ts';

const ROUNDS = 6;

const SITE = `
site: gare
cameras:
  - id: couloir
    source: scene:corridor?seed=3&type=wrong_way&events=loop&period=40&people=0.3&pace=free
    zones:
      - { id: hall, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]] }
    rules:
      - { id: any, event: forbidden_zone, zone: hall }
  - id: passage
    source: scene:corridor?seed=5&type=wrong_way&events=loop&period=40&people=0.3&pace=free
    zones:
      - { id: all, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]] }
    rules:
      - { id: any, event: forbidden_zone, zone: all }
`;

it(`loses and doubles nothing that was confirmed, through ${ROUNDS} kills (SEED=${SEED})`, {
  timeout: 180_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'vigie-crash-'));
  const chance = random(SEED);
  const site = join(directory, 'site.yaml');
  const data = join(directory, 'data');
  writeFileSync(site, SITE);
  const words = ['run', site, '--dev', '--pace', 'fast', '--loop', '--data', data, '--grpc', '127.0.0.1:0'];
  /** Candidates by what the agent was answered. */
  const confirmed = new Set<string>();
  const asked = new Set<string>();
  const started: RunningVigie[] = [];
  const start = (): RunningVigie => {
    const station = spawnVigie(words);
    started.push(station);
    return station;
  };

  /** Confirms two of three candidates as they come, until the server goes away. */
  async function confirm(address: string): Promise<void> {
    const client = openClient(address);
    const passed = new Set<string>();
    try {
      for (;;) {
        const waiting = await client.listCandidates();
        const next = waiting.find(({ candidate }) => !passed.has(candidate.id));
        if (next === undefined) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          continue;
        }
        const { id } = next.candidate;
        passed.add(id);
        if (chance.below(3) === 0) continue;
        asked.add(id);
        await client.decide({
          id: randomUUID(),
          candidate: id,
          by: { name: 'A. Martin', role: 'agent' },
          act: { kind: 'confirm' },
        });
        confirmed.add(id);
      }
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      // Killed or not, an agent is never told that a candidate that waits cannot be decided.
      expect(error.status).toMatch(/UNAVAILABLE|CANCELLED|INTERNAL/);
    } finally {
      client.close();
    }
  }

  try {
    for (let round = 0; round < ROUNDS; round++) {
      const station = start();
      const confirming = confirm(await station.address);
      const before = confirmed.size;
      // Something was confirmed in this round; then at any moment, also in the middle of a verdict.
      await expect.poll(() => confirmed.size, { timeout: 30_000 }).toBeGreaterThan(before);
      await new Promise((resolve) => setTimeout(resolve, chance.below(700)));
      station.child.kill('SIGKILL');
      expect((await station.ended).signal).toBe('SIGKILL');
      await confirming;
    }
    const last = start();
    await last.address;
    await expect.poll(() => last.printed(), { timeout: 30_000 }).toMatch(/cameras 2 live/);
    last.child.kill('SIGINT');
    expect(await last.ended).toEqual({ code: 0, signal: null });
    expect(last.printed()).toContain(`data is kept in ${data}`);

    const { events, verdicts, candidates } = await everything(join(data, 'log'));
    const changes = events.map(({ changeId }) => changeId);
    expect(new Set(changes).size).toBe(changes.length);
    const verified = events.filter(({ change }) => change === 'verified').map(({ id }) => id);
    expect(new Set(verified).size).toBe(verified.length);
    expect([...confirmed].filter((id) => !verified.includes(id))).toEqual([]);
    expect(verified.filter((id) => !asked.has(id))).toEqual([]);
    const acts = new Set(verdicts.map(({ id }) => id));
    expect(events.filter(({ verdict }) => !acts.has(verdict.id))).toEqual([]);

    // No claim of a run that was killed stays open: the camera's next session ended it.
    const ended = new Set(candidates.filter(({ phase }) => phase === 'end').map(({ id }) => id));
    expect(candidates.filter(({ id }) => !ended.has(id)).map(({ id }) => id)).toEqual([]);
    console.log(
      `crash: ${ROUNDS} kills, ${confirmed.size} confirmed, ${asked.size - confirmed.size} asked without an answer, ` +
        `${verified.length} verified, ${ended.size} claims ended`,
    );
  } finally {
    for (const { child } of started) child.kill('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
    rmSync(directory, { recursive: true, force: true });
  }
});

async function everything(directory: string) {
  const log = await openEmbeddedLog({ directory });
  const events: VerifiedEvent[] = [];
  const verdicts: Verdict[] = [];
  const candidates: Candidate[] = [];
  const all = (topic: string) => partitionsOf(topic, PARTITIONS_DEFAULT);
  await readThrough(log, all(TOPICS.events), ({ value }) => events.push(decodeEvent(value)));
  await readThrough(log, all(TOPICS.verdicts), ({ value }) => verdicts.push(decodeVerdict(value)));
  await readThrough(log, all(TOPICS.candidates), ({ value }) => candidates.push(decodeCandidate(value)));
  await log.close();
  return { events, verdicts, candidates };
}
