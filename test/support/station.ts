/** `vigie run` in a process of its own, for tests that kill it or look at what it prints. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { View } from '../../pipeline/operate/look.ts';
import { built } from './built.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The compiled command, compiled anew when a source of it is newer. */
export function vigieCommand(): string {
  const folders = (['pipeline', 'proto'] as const).flatMap((top) => [
    top,
    ...readdirSync(join(ROOT, top), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'generated')
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length)),
  ]);
  return built('pipeline/main.ts', folders);
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningVigie {
  readonly child: ChildProcess;
  /** host:port of its gRPC server. Rejects with what was printed when it ends before it has one. */
  readonly address: Promise<string>;
  readonly ended: Promise<Ended>;
  /** Everything printed so far, both streams. */
  printed(): string;
}

export function spawnVigie(words: readonly string[], env: Record<string, string> = {}): RunningVigie {
  const child = spawn(process.execPath, [vigieCommand(), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Of the consoles of stations that run at the same time, one would find the default port free.
    env: { ...process.env, VIGIE_HTTP: '127.0.0.1:0', ...env },
  });
  let printed = '';
  const ended = new Promise<Ended>((resolve) => {
    // `close` comes after the last output.
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  const address = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      const found = /gRPC on (\S+:\d+)/.exec(printed);
      if (found !== null) resolve(found[1]!);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then(() => reject(new Error(`ended before it served:\n${printed}`)));
  });
  address.catch(() => undefined);
  return { child, address, ended, printed: () => printed };
}

/** What it showed last under `--json`. */
export function lastView(running: RunningVigie): View | undefined {
  const last = running
    .printed()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .at(-1);
  return last === undefined ? undefined : (JSON.parse(last) as View);
}

/** A command that ends by itself. */
export async function runVigie(
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<{ readonly code: number | null; readonly printed: string }> {
  const running = spawnVigie(words, env);
  const { code } = await running.ended;
  return { code, printed: running.printed() };
}
