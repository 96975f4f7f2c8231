/**
 * The compiled path of a source file, for tests that start a process of their own: Node 20 runs no TypeScript.
 * Compiles when the output is missing or older than any source beside or below the given folders.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** `source` and `dependsOn` are relative to the repository, with '/'. */
export function built(source: string, dependsOn: readonly string[]): string {
  const output = join(ROOT, 'dist', source.replace(/\.ts$/, '.js'));
  if (isFresh(output, [dirname(source), ...dependsOn])) return output;
  const run = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  );
  // A type error elsewhere does not stop the output, and is the business of the type check.
  if (statSync(output, { throwIfNoEntry: false }) === undefined) {
    throw new Error(`tsc did not write ${output}:\n${run.stdout}${run.stderr}`);
  }
  return output;
}

function isFresh(output: string, folders: readonly string[]): boolean {
  const made = statSync(output, { throwIfNoEntry: false })?.mtimeMs;
  if (made === undefined) return false;
  return folders.every((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.ts'))
      .every((name) => statSync(join(ROOT, folder, name)).mtimeMs <= made),
  );
}
