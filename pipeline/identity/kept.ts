/**
 * What was read from files and is read again when they change: a register with its keys, a certificate with its key.
 * Nothing has to be restarted, and a file that is wrong changes nothing: what held before goes on to hold.
 */
import { stat } from 'node:fs/promises';

/** Looked at, not told: renames, mounts and links that are switched are seen by a look and missed by many watchers. */
export const LOOK_MS = 1_000;

export interface Loaded<T> {
  readonly value: T;
  /** All that was read; what one file names may change with it. */
  readonly paths: readonly string[];
}

export interface KeptOptions {
  readonly lookMs?: number;
  /** After each new value. */
  readonly onChange?: () => void;
  /** A reading that failed; once for as long as it fails in the same way. */
  readonly onFault?: (error: Error) => void;
}

export interface Kept<T> {
  current(): T;
  close(): void;
}

/** Throws what `load` throws at first; later that goes to `onFault`. */
export async function keepLoaded<T>(load: () => Promise<Loaded<T>>, options: KeptOptions): Promise<Kept<T>> {
  const { lookMs = LOOK_MS, onChange = () => {}, onFault = () => {} } = options;
  let loaded = await load();
  // Looked at before it is read: a change in between is seen by the next look.
  let seen = await marksOf(loaded.paths);
  loaded = await load();
  let failing: string | undefined;
  let looking = false;
  let closed = false;
  const look = async () => {
    const now = await marksOf(loaded.paths);
    if (closed || (now === seen && failing === undefined)) return;
    try {
      loaded = await load();
      failing = undefined;
      if (!closed) onChange();
    } catch (error) {
      // Tried again at every look: what it lacks may lie in a file that is not yet known by name.
      const told = error instanceof Error ? error : new Error(String(error));
      if (told.message !== failing) onFault(told);
      failing = told.message;
    }
    seen = now;
  };
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void look().finally(() => {
      looking = false;
    });
  }, lookMs);
  timer.unref();
  return {
    current: () => loaded.value,
    close() {
      closed = true;
      clearInterval(timer);
    },
  };
}

async function marksOf(paths: readonly string[]): Promise<string> {
  const marks = paths.map(async (path) => {
    try {
      const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
      return [path, ino, size, mtimeNs, ctimeNs].join(' ');
    } catch {
      return `${path} absent`;
    }
  });
  return (await Promise.all(marks)).join('\n');
}
