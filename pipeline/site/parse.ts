/**
 * `site.yaml` to Site: the only reader of the file, and the only user of the yaml package, whose trees it hands to
 * other files that people write (identities).
 *
 * A file that is wrong is refused whole, with every fault at once: its code, the path of the value, the line, what
 * was found and what was expected, and a hint where one can be given. What may stand in a file, and what holds
 * where it is silent, is in this folder: cameras.ts, places.ts, rules.ts, authorisation.ts, defaults.ts.
 */
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { InputError } from '../errors.ts';
import { SITE_KINDS } from '../model.ts';
import { readAuthorisation } from './authorisation.ts';
import { readCameras } from './cameras.ts';
import { FILE_BYTES_MAX } from './defaults.ts';
import { Faults, type Located, MapReader } from './document.ts';
import type { Site } from './site.ts';
import { readId, readLabel } from './values.ts';

export interface ParseOptions {
  /** Named in the faults. */
  readonly file: string;
  /** Development: a site without an authorisation is accepted. */
  readonly dev?: boolean;
}

/** Throws InputError with all faults. Sources stay as written; loadSite resolves them. */
export function parseSite(text: string, options: ParseOptions): Site {
  const faults = new Faults(options.file);
  const site = readSite(text, options.dev ?? false, faults);
  if (faults.list.length > 0 || site === undefined) throw new InputError(sorted(faults));
  return site;
}

/** Reads the file; sources that are paths are resolved against it. Throws InputError, also when it cannot be read. */
export async function loadSite(path: string, options: { readonly dev?: boolean } = {}): Promise<Site> {
  const site = parseSite(await readText(path), { file: path, ...options });
  const cameras = site.cameras.map((camera) =>
    camera.source === undefined || /^(scene:|[A-Za-z][A-Za-z0-9+.-]*:\/\/)/.test(camera.source)
      ? camera
      : { ...camera, source: resolve(dirname(path), camera.source) },
  );
  return { ...site, cameras };
}

function readSite(text: string, dev: boolean, faults: Faults): Site | undefined {
  const root = readTree(text, faults);
  if (root === undefined) return undefined;
  const known = ['site', 'name', 'kind', 'authorisation', 'cameras'];
  const reader = MapReader.open(root, '', known, faults);
  if (reader === undefined) return undefined;
  const id = readId(reader, 'site') ?? '';
  const name = readLabel(reader, 'name', 'a name for people');
  const kind = reader.choice('kind', SITE_KINDS) ?? 'station';
  const { authorisation, events } = readAuthorisation(reader, dev);
  const cameras = readCameras(reader, events);
  return {
    id,
    ...(name === undefined ? {} : { name }),
    kind,
    ...(authorisation === undefined ? {} : { authorisation }),
    cameras,
  };
}

/** In the order of the file. */
export function sorted(faults: Faults) {
  return [...faults.list].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

/** Values that the tree may have, aliases counted as often as they are used: a bomb of aliases stops here. */
const NODES_MAX = 200_000;
const DEPTH_MAX = 32;
/** Resolving one alias looks through the document. */
const ALIASES_MAX = 1_000;

/** YAML to located values. undefined after a fault that leaves nothing to read. */
export function readTree(text: string, faults: Faults): Located | undefined {
  if (text.length > FILE_BYTES_MAX) {
    faults.add('file_too_large', '', 1, `has ${text.length} characters, expected at most ${FILE_BYTES_MAX}`);
    return undefined;
  }
  const lines = new LineCounter();
  // Repeated keys are looked for below, where their path is known; merging would hide where a value comes from.
  const document = parse(text, lines);
  if (document === undefined) {
    faults.add('too_complex', '', 1, 'is nested too deeply to be read');
    return undefined;
  }
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    faults.add('yaml_syntax', '', lines.linePos(pos[0]).line, `${message} (${code})`);
  }
  if (document.errors.length > 0) return undefined;

  let count = 0;
  let aliases = 0;
  const convert = (node: unknown, at: string, depth: number, before: number): Located => {
    const line = lineOf(node) ?? before;
    const nothing: Located = { kind: 'scalar', line, value: null };
    if (count > NODES_MAX || aliases > ALIASES_MAX || depth > DEPTH_MAX) {
      // The whole is refused; one fault says why.
      if (count !== Number.POSITIVE_INFINITY) {
        faults.add(
          'too_complex',
          at.slice(0, 200),
          line,
          `has more than ${NODES_MAX} values, ${ALIASES_MAX} aliases or ${DEPTH_MAX} levels`,
        );
      }
      count = Number.POSITIVE_INFINITY;
      return nothing;
    }
    count++;
    if (isAlias(node)) {
      aliases++;
      return convert(node.resolve(document), at, depth + 1, line);
    }
    if (isScalar(node)) return { kind: 'scalar', line, value: plain(node.value) };
    if (isSeq(node)) {
      return {
        kind: 'list',
        line,
        items: node.items.map((item, i) => convert(item, `${at}[${i}]`, depth + 1, line)),
      };
    }
    if (!isMap(node)) return nothing;
    const entries = new Map<string, Located>();
    for (const pair of node.items) {
      const key = isScalar(pair.key) ? String(plain(pair.key.value)) : 'a key that is no text';
      const path = at === '' ? key : `${at}.${key}`;
      const keyLine = lineOf(pair.key) ?? line;
      const first = entries.get(key);
      if (first !== undefined) {
        faults.add('duplicate_key', path, keyLine, `key '${key}' was already given on line ${first.line}`);
      } else entries.set(key, convert(pair.value, path, depth + 1, keyLine));
    }
    return { kind: 'map', line, entries };
  };
  const lineOf = (node: unknown): number | undefined => {
    const range = (node as Node | null)?.range;
    return range ? lines.linePos(range[0]).line : undefined;
  };
  const root = convert(document.contents, '', 0, 1);
  return count === Number.POSITIVE_INFINITY ? undefined : root;
}

/** undefined when the parser runs out of stack. */
function parse(text: string, lineCounter: LineCounter) {
  try {
    return parseDocument(text, { lineCounter, uniqueKeys: false, merge: false, prettyErrors: false });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** YAML's scalars that JSON has too; anything else reads as its text. */
function plain(value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return String(value);
}

/** Throws InputError: `file_too_large`, `file_unreadable`. */
export async function readText(path: string): Promise<string> {
  const refuse = (code: string, message: string) => new InputError([{ code, at: '', message, file: path }]);
  try {
    const { size } = await stat(path);
    if (size > FILE_BYTES_MAX) {
      throw refuse('file_too_large', `has ${size} bytes, expected at most ${FILE_BYTES_MAX}`);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw refuse('file_unreadable', code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`);
  }
}
