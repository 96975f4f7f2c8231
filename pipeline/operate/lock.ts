/**
 * One station at a time in a data directory. The embedded log itself takes several processes; two stations would
 * both watch the cameras.
 *
 * The lock is a file that names the process. Killed without warning, it leaves the file behind: then no process of
 * that number, started at that time, exists any more, and the lock is taken over.
 */
import { closeSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import path from 'node:path';
import { fault, InputError } from '../errors.ts';

const NAME = 'station.lock';

/** Returns the way to let go. Throws InputError `data_in_use` or `data_unwritable`. */
export function lockDirectory(directory: string): () => void {
  const file = path.join(directory, NAME);
  const mine = `${process.pid} ${startOf(process.pid) ?? ''}`.trim();
  for (let attempt = 0; ; attempt++) {
    try {
      mkdirSync(directory, { recursive: true });
      const handle = openSync(file, 'wx');
      writeSync(handle, `${mine}\n`);
      closeSync(handle);
      return () => {
        if (holderOf(file) === mine) unlinkSync(file);
      };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') {
        throw new InputError([fault('data_unwritable', directory, `cannot be written: ${message}`)]);
      }
    }
    const holder = holderOf(file);
    if (holder !== undefined && (isAlive(holder) || attempt > 3)) throw inUse(directory, holder);
    if (holder !== undefined) unlinkSync(file);
  }
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
