/**
 * Words that no schema, model, dependency or module boundary of Vigie may hold, and bytes that could be a picture.
 * It never says who anybody is: that is kept where names are given, not by good intention.
 */
import { type Source, withoutComments } from './source.ts';

const set = (...lines: string[]) => new Set(lines.flatMap((line) => line.split(' ')));

/** Who somebody is. Whole words: `surface` and `template` are none of them; a track's `age_ms` is no person's. */
export const WHO: ReadonlySet<string> = set(
  'face faces facial gait embedding embeddings plate plates appearance appearances biometric biometrics',
  'identity identities identify identification reid reidentification recognition recogniser recognizer',
  'fingerprint iris descriptor descriptors gender sex ethnicity ethnic race skin hair clothing clothes',
  'emotion attribute attributes age-group age-years person-id person-age person-name global-id global-track',
  'cross-camera ocr anpr alpr lpr',
);

/** What a picture is made of: frames on the log have none. */
export const PICTURE: ReadonlySet<string> = set(
  'pixel pixels image images jpeg jpg png thumbnail snapshot luma chroma rgb yuv crop',
);

const EITHER: ReadonlySet<string> = new Set([...WHO, ...PICTURE]);

/** `personId`, `person_id` and `person-id` are the words person, id and person-id. */
export function wordsIn(name: string): readonly string[] {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  const pairs = words.slice(1).map((word, index) => `${words[index]}-${word}`);
  return [...words, ...pairs];
}

export function forbiddenIn(names: readonly string[], where: string, forbidden = EITHER): readonly string[] {
  return names.flatMap((name) =>
    wordsIn(name)
      .filter((word) => forbidden.has(word))
      .map((word) => `${where}: '${name}' holds the word '${word}'`),
  );
}

/** Every name that a .proto file gives: packages, messages, fields, enums, their values, services, calls. */
export function protoNames(text: string): readonly string[] {
  const code = withoutComments(text);
  const named = /\b(?:message|enum|service|rpc|oneof|package)\s+([\w.]+)/g;
  const valued = /\b(\w+)\s*=\s*\d+\s*[;[]/g;
  return [...code.matchAll(named), ...code.matchAll(valued)].map((found) => found[1] ?? '');
}

/** Fields of type bytes as `Message.field`: each must be known, because a picture is bytes. */
export function bytesFields(text: string): readonly string[] {
  const out: string[] = [];
  let message = '';
  for (const line of withoutComments(text).split('\n')) {
    message = /^\s*message\s+(\w+)/.exec(line)?.[1] ?? message;
    const field = /^\s*(?:repeated\s+|optional\s+)?bytes\s+(\w+)/.exec(line)?.[1];
    if (field !== undefined) out.push(`${message}.${field}`);
  }
  return out;
}

/** Names that a TypeScript file exports, and the properties of its types. */
export function modelNames(text: string): readonly string[] {
  const code = withoutComments(text);
  const exported = /\bexport\s+(?:type|interface|const|function|class)\s+(\w+)/g;
  const property = /^\s*(?:readonly\s+)?(\w+)\??\s*:/gm;
  const inline = /readonly\s+(\w+)\??\s*:/g;
  const literal = /'([a-z_]+)'/g;
  return [exported, property, inline, literal].flatMap((pattern) =>
    [...code.matchAll(pattern)].map((found) => found[1] ?? ''),
  );
}

/** Names of all packages in a lock file, the nested ones too. */
export function lockedPackages(lock: { packages?: Record<string, unknown> }): readonly string[] {
  return Object.keys(lock.packages ?? {}).map((at) => at.replace(/^.*node_modules\//, ''));
}

export function lockFaults(file: Source): readonly string[] {
  const faults: string[] = [];
  const lock = JSON.parse(file.text) as { packages?: Record<string, { resolved?: string; link?: boolean }> };
  for (const [at, entry] of Object.entries(lock.packages ?? {})) {
    if (entry.resolved !== undefined && !entry.link) {
      faults.push(`${file.path}: ${at} records where it was downloaded from`);
    }
  }
  return faults;
}
