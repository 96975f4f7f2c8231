/** What a browser must fetch before it shows the queue, as it travels. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const PAGES = fileURLToPath(new URL('../../console', import.meta.url));

export interface Load {
  /** Script of the first page, and of all that is fetched later, gzipped bytes. */
  readonly first: number;
  readonly later: number;
}

export async function benchLoad(): Promise<Load> {
  const index = await readFile(join(PAGES, 'index.html'), 'utf8');
  const names = (await readdir(join(PAGES, 'assets'))).filter((name) => name.endsWith('.js'));
  let first = 0;
  let later = 0;
  for (const name of names) {
    const bytes = gzipSync(await readFile(join(PAGES, 'assets', name))).length;
    if (index.includes(name)) first += bytes;
    else later += bytes;
  }
  if (first === 0) throw new Error('the page names no script: build it first');
  return { first, later };
}
