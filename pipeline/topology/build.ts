/** Which kernels, stages and rules make the candidates of a run: `replay` needs the same. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Site } from '../site/site.ts';

/** `0.1.0+3f2a...`: the release, and a digest of the kernels and of the site as it is watched. */
export function buildOf(site: Site): string {
  const digest = createHash('sha256')
    .update(beside(['../../kernels/kernels.wasm', '../../dist/kernels/kernels.wasm']))
    .update(JSON.stringify(site.cameras.map(({ source: _, vehicle: __, ...camera }) => camera)));
  return `${release()}+${digest.digest('hex').slice(0, 12)}`;
}

export function release(): string {
  const manifest = beside(['../../../package.json', '../../package.json']).toString('utf8');
  return String((JSON.parse(manifest) as { version: string }).version);
}

/** The first that exists: beside the compiled JavaScript, or seen from the sources. */
function beside(places: readonly string[]): Buffer {
  for (const place of places) {
    try {
      return readFileSync(new URL(place, import.meta.url));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error(`none of ${places.join(', ')} exists; run \`npm run build\``);
}
