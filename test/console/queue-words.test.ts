/** Keys, times and sentences, in both languages. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explained } from '../../pipeline/console/web/queue/explain.ts';
import { commandOf, KEYS, type Pressed } from '../../pipeline/console/web/queue/keys.ts';
import { duration, figure, shortDuration } from '../../pipeline/console/web/queue/times.ts';
import { en } from '../../pipeline/console/web/queue/words.en.ts';
import { fr } from '../../pipeline/console/web/queue/words.fr.ts';
import { fr as zonesFr } from '../../pipeline/console/web/zones/words.fr.ts';
import { reviewOf } from '../support/scripted-reviews.ts';

const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({
  key,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  focus: 'nothing',
  ...more,
});

describe('keys', () => {
  it('each means one thing', () => {
    const all = Object.values(KEYS).flat();
    expect(new Set(all).size).toBe(all.length);
  });
  it.each([
    ['v', {}, 'confirm'],
    ['V', {}, 'confirm'],
    ['Enter', {}, 'claim'],
    ['v', { ctrlKey: true }, undefined],
    ['v', { metaKey: true }, undefined],
    ['v', { focus: 'typing' }, undefined],
    ['1', { focus: 'typing' }, undefined],
    ['Escape', { focus: 'typing' }, 'away'],
    ['Enter', { focus: 'pressing' }, undefined],
    [' ', { focus: 'pressing' }, undefined],
    ['r', { focus: 'pressing' }, 'reject'],
    ['n', { focus: 'choosing' }, undefined],
    ['ArrowDown', { focus: 'sliding' }, undefined],
    ['n', { focus: 'sliding' }, 'next'],
    ['q', {}, undefined],
  ] as const)('%j with %j: %s', (key, more, command) => {
    expect(commandOf(press(key, more), true)).toBe(command);
  });
  it('letters can be switched off', () => {
    const act = Object.values(KEYS)
      .flat()
      .filter((key) => commandOf(press(key), false) !== undefined);
    expect(act.sort()).toEqual(['ArrowDown', 'ArrowUp', 'Escape']);
  });
});

describe('words', () => {
  it.each([
    [-5, '0 s', '0:00'],
    [59_999, '59 s', '0:59'],
    [61_000, '1 min 01 s', '1:01'],
    [3_600_000, '1 h 00 min', '1:00:00'],
    [49 * 3_600_000, '2 days', '49:00:00'],
  ])('%i ms is %s', (ms, long, short) => {
    expect([duration(ms, 'en'), shortDuration(ms)]).toEqual([long, short]);
  });
  it('counts days as the language does', () => {
    expect(duration(75 * 3_600_000, 'fr').replace(/\s/, ' ')).toBe('3 j');
  });
  it('writes numbers as the language does', () => {
    expect([figure(4.238, 'en'), figure(4.238, 'fr'), figure(1234.5, 'en')]).toEqual([
      '4.24',
      '4,24',
      '1,235',
    ]);
  });
  it('has one for every finding that a detector writes', () => {
    const root = new URL('../../pipeline/detect/', import.meta.url);
    const written = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...readFileSync(new URL(file, root), 'utf8').matchAll(/\{ name: '(\w+)'/g)]);
    expect(written.length).toBeGreaterThan(20);
    expect(written.map(([, name]) => name!).filter((name) => !(name in en.finding))).toEqual([]);
  });
  it('every command and finding has a name in both languages', () => {
    expect(Object.keys(fr.finding)).toEqual(Object.keys(en.finding));
    expect(Object.keys(fr.unit)).toEqual(Object.keys(en.unit));
    for (const words of [en, fr])
      for (const command of Object.keys(KEYS)) expect(words.command).toHaveProperty(command);
  });
});

describe('the sentence of a claim', () => {
  const of = (findings: [string, number, number?][], more: object = {}) =>
    reviewOf(1, {
      type: 'forbidden_zone',
      explanation: 'in English',
      findings: findings.map(([name, value, limit]) => ({
        name,
        value,
        unit: 's',
        ...(limit !== undefined && { limit }),
      })),
      ...more,
    }).candidate;
  const whole = of([
    ['people', 2, 0],
    ['presence', 4.25, 2],
  ]);
  it('is the rule’s own in English', () => {
    expect(explained(whole, 'en')).toEqual({ text: 'in English', language: 'en' });
  });
  it('is said anew in French', () => {
    expect(explained(whole, 'fr')).toEqual({
      text: '2 personnes dans «\u00a0voie-2\u00a0» depuis 4,25 s, limite 2 s',
      language: 'fr',
    });
  });
  it('counts in French', () => {
    const crossed = (n: number) => explained({ ...of([['crossings', n]]), type: 'wrong_way' }, 'fr').text;
    expect(crossed(1)).toMatch(/^1 franchissement dans/);
    expect(crossed(2)).toMatch(/^2 franchissements dans/);
    expect(zonesFr.would(1, '1', '1')).toBe('Aurait signalé 1 candidat pendant la dernière minute.');
    expect(zonesFr.would(0, '0', '10')).toBe('N’aurait rien signalé pendant les 10 dernières minutes.');
  });
  it('tells a place that rushes from people who were counted', () => {
    const counted = of([
      ['people', 9, 5],
      ['speed', 2.5, 1.8],
      ['usual_speed', 0.8],
    ]);
    const rushes = of([
      ['people', 9, 5],
      ['rise', 7.2, 5],
      ['speed', 1.1],
      ['usual_speed', 0.8],
    ]);
    const say = (candidate: typeof counted) => explained({ ...candidate, type: 'crowd_movement' }, 'fr').text;
    expect(say(counted)).toBe(
      '9 personnes se déplacent ensemble à 2,5 m/s dans «\u00a0voie-2\u00a0», d’habitude 0,8 m/s',
    );
    expect(say(rushes)).toBe(
      '9 personnes se mettent à courir ensemble dans «\u00a0voie-2\u00a0»\u00a0: le mouvement est 7,2 fois celui d’avant, limite 5',
    );
  });
  it('stays English where a number is missing', () => {
    expect(explained(of([['people', 2, 0]]), 'fr')).toEqual({ text: 'in English', language: 'en' });
  });
  it('speaks of the view where the rule has no place', () => {
    const { place: _, ...rest } = of([
      ['burning', 6, 3],
      ['size', 0.012],
    ]);
    expect(explained({ ...rest, type: 'fire' }, 'fr').text).toBe(
      'Quelque chose brûle dans la vue depuis 6 s, sur 1,2 % de la vue',
    );
  });
});
