/** Where `vigie subscribe` keeps its place between runs: the resume token, in hex digits, one line. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { fault, InputError } from '../errors.ts';
import type { TokenKeeper } from '../serve/client/kept.ts';

/** The file as the client's keeper. */
export function tokenFileKeeper(path: string): TokenKeeper {
  return { read: () => readTokenFile(path), write: (token) => writeTokenFile(path, token) };
}

/** Undefined when there is no such file yet. Throws InputError when it holds something else. */
export async function readTokenFile(path: string): Promise<Uint8Array | undefined> {
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new InputError([fault('token_file_unreadable', path, (error as Error).message)]);
  }
  return tokenFrom(text, path);
}

/** Whole or not at all: a crash leaves the old place or the new one, never half of one. */
async function writeTokenFile(path: string, token: Uint8Array): Promise<void> {
  const beside = `${path}.new`;
  try {
    await writeFile(beside, `${Buffer.from(token).toString('hex')}\n`);
    await rename(beside, path);
  } catch (error) {
    throw new InputError([fault('token_file_unwritable', path, (error as Error).message)]);
  }
}

export function tokenFrom(hex: string, at: string): Uint8Array {
  if (/^([0-9a-f]{2})+$/i.test(hex)) return Buffer.from(hex, 'hex');
  throw new InputError([
    fault('bad_token', at, 'holds no token, expected hex digits', 'without it, events begin at the present'),
  ]);
}
