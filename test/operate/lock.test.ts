import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory } from '../../pipeline/operate/lock.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vigie-lock-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = () => join(directory, 'station.lock');

describe('the lock of a data directory', () => {
  it('is held until it is let go', () => {
    const letGo = lockDirectory(directory);
    expect(() => lockDirectory(directory)).toThrow(`another Vigie is running there (process ${process.pid})`);
    letGo();
    lockDirectory(directory)();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('makes the directory', () => {
    lockDirectory(join(directory, 'a', 'b'))();
    expect(readdirSync(directory)).toEqual(['a']);
  });

  it.each([
    ['a process that is gone', '4194305 1'],
    // Alive, but started at another time: the number came round again.
    ['another process of the same number', `${process.pid} 1`],
    ['a process that died while it took it', ''],
  ])('is taken over from %s', (_, text) => {
    writeFileSync(file(), text);
    const letGo = lockDirectory(directory);
    expect(readFileSync(file(), 'utf8')).toMatch(new RegExp(`^${process.pid}\\b`));
    letGo();
  });

  it('refuses what is no directory', () => {
    writeFileSync(join(directory, 'plain'), '');
    expect(() => lockDirectory(join(directory, 'plain'))).toThrow('is no directory');
    expect(() => lockDirectory(join(directory, 'plain', 'below'))).toThrow('is no directory');
  });

  it('lets go of nothing that another process took meanwhile', () => {
    const letGo = lockDirectory(directory);
    writeFileSync(file(), '1 1');
    letGo();
    expect(readFileSync(file(), 'utf8')).toBe('1 1');
  });
});
