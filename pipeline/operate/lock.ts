/**
 * One station at a time in a data directory. The embedded log itself takes several processes; two stations would
 * both watch the cameras.
 *
 * The lock is a file that names the process. Killed without warning, it leaves the file behind: then no process of
 * that number, started at that time, exists any more, and the lock is taken over.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fault, InputError } from '../errors.ts';

const NAME = 'station.lock';

const ATTEMPTS = 5;

/** Returns the way to let go. Throws InputError `data_in_use` or `data_unwritable`. */
export function lockDirectory(directory: string): () => void {
  const file = path.join(directory, NAME);
  const mine = `${process.pid} ${startOf(process.pid) ?? ''}`.trim();
  make(directory);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (take(file, mine)) {
      return () => {
        if (holderOf(file) === mine) rmSync(file, { force: true });
      };
    }
    const holder = holderOf(file);
    if (holder === undefined) continue;
    if (isAlive(holder)) throw inUse(directory, holder);
    rmSync(file, { force: true });
  }
  throw inUse(directory, holderOf(file) ?? 'unknown');
}

function make(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw unwritable(directory, error);
  }
}

/** false: somebody holds it. */
function take(file: string, mine: string): boolean {
  try {
    writeFileSync(file, `${mine}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw unwritable(path.dirname(file), error);
  }
}

function unwritable(directory: string, error: unknown): InputError {
  const { code, message } = error as NodeJS.ErrnoException;
  const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'is no directory' : `cannot be written: ${message}`;
  return new InputError([
    fault('data_unwritable', directory, why, 'choose another directory with --data DIR'),
  ]);
}

function holderOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function isAlive(holder: string): boolean {
  const [pid = '', start] = holder.split(' ');
  // Written in two steps: an empty file is somebody who is just taking it, or was killed in between.
  if (pid === '') return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // Process numbers come round again; the time of the start tells two of them apart where the system says it.
  return start === undefined || startOf(Number(pid)) === start;
}

/** Clock ticks since boot at which the process started: field 22 of /proc/PID/stat; see proc(5). */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in brackets, which may hold spaces and brackets.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function inUse(directory: string, holder: string): InputError {
  return new InputError([
    fault(
      'data_in_use',
      directory,
      `another Vigie is running there (process ${holder.split(' ')[0]})`,
      'stop it first, or choose another directory with --data DIR',
    ),
  ]);
}
