/**
 * Two camera-hours without events: trains, crowds, light, shake and noise, all rules on. None should raise anything; the
 * table is what is still raised on these seeds, and no type may get worse. And a platform that is packed for ten minutes
 * stays counted. By the command itself, which is compiled: transformed for tests the same takes a fifth longer.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { EVENT_TYPES, type EventType } from '../../pipeline/model.ts';
import { runVigie } from '../support/station.ts';

const SEED = 3_000_000;
const RAISED_MAX: Readonly<Record<EventType, number>> = {
  wrong_way: 0,
  forbidden_zone: 0,
  weapon: 0,
  fire: 0,
  crowd_movement: 1,
  person_on_ground: 0,
  density: 0,
  abandoned_object: 0,
};

interface Row {
  readonly type: EventType;
  readonly inQuiet: number;
}

it(`two quiet camera-hours raise no more than is known, and who stands packed stays counted (seed ${SEED})`, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'vigie-quiet-'));
  try {
    const json = path.join(folder, 'quiet.json');
    const options = ['--scenes', '0', '--hours', '2', '--seed', `${SEED}`, '--plain', '--json', json];
    const { code, printed } = await runVigie(['evaluate', ...options]);
    // 1: something was raised, which the table judges.
    expect([0, 1], printed).toContain(code);
    const { hours, types, packed, notes } = JSON.parse(await readFile(json, 'utf8'));
    expect(hours).toBe(2);
    const raised = Object.fromEntries(types.map(({ type, inQuiet }: Row) => [type, inQuiet]));
    expect(Object.keys(raised).sort()).toEqual([...EVENT_TYPES].sort());
    for (const type of EVENT_TYPES)
      expect(raised[type], notes.join('\n')).toBeLessThanOrEqual(RAISED_MAX[type]);
    expect(packed.kept, packed.text).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 900_000);
