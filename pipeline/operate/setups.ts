/** `vigie setups`: what cameras watch for, and since when, by whose hand. */
import { fault, InputError } from '../errors.ts';
import type { CameraSetup } from '../model.ts';
import { openClient } from '../serve/client/client.ts';
import { type ReachWords, reach } from './reach.ts';
import { processTerminal, say, type Terminal } from './terminal.ts';
import { plain } from './told.ts';

export interface SetupsWords extends ReachWords {
  readonly json?: boolean;
  /** Every version, the newest first. */
  readonly versions?: boolean;
}

/** Exit code 0. `of`: a site, or `SITE/CAMERA`. Throws InputError (words), RpcError. */
export async function setups(
  of: string,
  words: SetupsWords,
  { output }: Terminal = processTerminal(),
): Promise<number> {
  const [site = '', camera, more] = of.split('/');
  if (site === '' || camera === '' || more !== undefined)
    throw new InputError([fault('bad_argument', 'of', `is '${of}', expected SITE or SITE/CAMERA`)]);
  if (words.versions && camera === undefined)
    throw new InputError([
      fault('bad_argument', '--versions', 'are those of one camera, expected SITE/CAMERA'),
    ]);
  const client = openClient(words.server, reach(words));
  try {
    const found =
      words.versions && camera !== undefined
        ? await client.listSetups(site, camera)
        : await client.getSetups(site, camera === undefined ? [] : [camera]);
    const widest = Math.max(0, ...found.map((setup) => plain(setup.camera).length));
    for (const setup of found) {
      await say(output, words.json ? JSON.stringify(setup) : line(setup, widest));
      if (camera !== undefined && !words.versions && !words.json) await say(output, indented(setup.text));
    }
    return 0;
  } finally {
    client.close();
  }
}

function line(setup: CameraSetup, widest: number): string {
  const { version, author, savedAtMs, holdsFromMs, note, revertsTo } = setup;
  const camera = plain(setup.camera).padEnd(widest);
  if (version === 0) return `${camera}  as the site file says`;
  const [saved, holds] = [savedAtMs, holdsFromMs].map((ms) => new Date(ms).toISOString());
  return [
    `${camera}  version ${version}, saved ${saved} by ${plain(author?.name ?? 'nobody')}, holds from ${holds}`,
    ...(revertsTo === undefined ? [] : [`brings back ${revertsTo}`]),
    ...(note === undefined ? [] : [plain(note)]),
  ].join('; ');
}

/** As people write it; what is no JSON, and so holds nowhere, as it is. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return plain(text);
  }
}
