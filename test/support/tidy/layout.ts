/**
 * Who may import whom. One table; everything that it does not allow is a fault.
 */
import { importsOf, packageOf, resolveImport, type Source } from './source.ts';

interface Rule {
  /** The longest prefix that fits a file names its rule. */
  readonly files: string;
  /** Prefixes that may be imported, beside the file's own folder. */
  readonly may: readonly string[];
  /** Prefixes of which only types may be imported. */
  readonly types?: readonly string[];
}

const WORDS = [
  'pipeline/model.ts',
  'pipeline/box.ts',
  'pipeline/errors.ts',
  'pipeline/stage.ts',
  'pipeline/saved.ts',
  'pipeline/site/',
];

export const RULES: readonly Rule[] = [
  { files: 'kernels/', may: [] },
  { files: 'proto/', may: [], types: ['pipeline/model.ts', 'pipeline/clip.ts'] },
  // The words are one place to those who use them, and three files.
  { files: 'pipeline/model.ts', may: ['pipeline/kinds.ts', 'pipeline/records.ts'] },
  { files: 'pipeline/records.ts', may: [], types: ['pipeline/kinds.ts'] },
  { files: 'pipeline/kinds.ts', may: [] },
  { files: 'pipeline/clip.ts', may: [], types: ['pipeline/model.ts'] },
  { files: 'pipeline/box.ts', may: [], types: ['pipeline/model.ts'] },
  { files: 'pipeline/errors.ts', may: [] },
  { files: 'pipeline/stage.ts', may: [] },
  { files: 'pipeline/saved.ts', may: [] },
  { files: 'pipeline/kernels.ts', may: ['pipeline/errors.ts'] },
  { files: 'pipeline/patience.ts', may: ['pipeline/errors.ts', 'pipeline/log/port.ts'] },
  { files: 'pipeline/site/', may: ['pipeline/model.ts', 'pipeline/clip.ts', 'pipeline/errors.ts'] },
  // A ring, what is cut from it and where that lies: bytes of the wire on the edge's own disk.
  { files: 'pipeline/clips/', may: [...WORDS, 'pipeline/clip.ts', 'proto/messages.ts'] },
  { files: 'pipeline/log/', may: ['pipeline/errors.ts'] },
  { files: 'pipeline/topics.ts', may: ['pipeline/errors.ts', 'pipeline/log/port.ts'] },
  { files: 'pipeline/admit/', may: WORDS },
  { files: 'pipeline/work.ts', may: [...WORDS, 'pipeline/log/port.ts'] },
  {
    files: 'pipeline/positions.ts',
    may: ['pipeline/log/port.ts', 'pipeline/patience.ts', 'pipeline/work.ts'],
  },
  {
    files: 'pipeline/drive.ts',
    may: [
      ...WORDS,
      'pipeline/log/port.ts',
      'pipeline/patience.ts',
      'pipeline/positions.ts',
      'pipeline/work.ts',
    ],
  },
  { files: 'pipeline/ingest/', may: [...WORDS, 'pipeline/kernels.ts'] },
  // A picture never leaves the process, so it is no message; its shape is all that observe knows of ingest.
  {
    files: 'pipeline/observe/',
    may: [...WORDS, 'pipeline/kernels.ts'],
    types: ['pipeline/ingest/picture.ts'],
  },
  { files: 'pipeline/measure/', may: [...WORDS, 'pipeline/kernels.ts'] },
  { files: 'pipeline/detect/', may: WORDS },
  { files: 'pipeline/setup/', may: WORDS },
  { files: 'pipeline/review/', may: WORDS },
  // Who may do what is asked by every door, so it knows none of them.
  { files: 'pipeline/identity/', may: WORDS },
  // The server is a rim: it answers with the wire's bytes and follows the log as every subscriber's cursor does.
  {
    files: 'pipeline/serve/',
    may: [
      ...WORDS,
      'pipeline/clip.ts',
      'proto/messages.ts',
      'pipeline/log/port.ts',
      'pipeline/patience.ts',
      'pipeline/identity/',
    ],
  },
  // The console's server is a client of serve like any other, and of nothing behind it.
  {
    files: 'pipeline/console/',
    may: [
      ...WORDS,
      'pipeline/clip.ts',
      'pipeline/serve/client/client.ts',
      'pipeline/serve/listen.ts',
      'pipeline/serve/loopback.ts',
      'pipeline/identity/',
      'proto/messages.ts',
    ],
  },
  // What runs in a browser: of the rest it knows the words and what its server says.
  {
    files: 'pipeline/console/web/',
    may: ['pipeline/console/api.ts', 'pipeline/model.ts', 'pipeline/box.ts'],
  },
  // Wiring of the job itself: it knows every part, and nothing of the commands that start it.
  {
    files: 'pipeline/topology',
    may: [
      ...WORDS,
      'pipeline/clip.ts',
      'pipeline/clips/',
      'pipeline/topics.ts',
      'pipeline/topology',
      'pipeline/patience.ts',
      'pipeline/work.ts',
      'pipeline/drive.ts',
      'pipeline/log/',
      'pipeline/ingest/',
      'pipeline/observe/',
      'pipeline/admit/',
      'pipeline/measure/',
      'pipeline/detect/',
      'pipeline/setup/',
      'pipeline/review/',
      'pipeline/serve/',
      'proto/messages.ts',
    ],
  },
  // Wiring: these put the parts together and may know them all.
  { files: 'pipeline/operate/', may: ['pipeline/', 'proto/messages.ts'] },
  { files: 'pipeline/', may: ['pipeline/', 'proto/messages.ts'] },
  { files: 'bench/', may: ['pipeline/', 'proto/', 'test/support/'] },
  { files: 'test/', may: ['pipeline/', 'proto/', 'bench/', 'vitest.config.ts'] },
  { files: '', may: [] },
];

/** Files directly in `pipeline/` that put parts together; any other must have a rule of its own. */
export const WIRING = /^pipeline\/(main|topology|start|run|worker|wiring)[\w-]*\.ts$/;

export function importFaults(files: readonly Source[]): readonly string[] {
  return files
    .filter((file) => /\.tsx?$/.test(file.path))
    .flatMap((file) => importsOf(file.text).flatMap((one) => faultOf(file, one) ?? []));
}

function faultOf(
  file: Source,
  { specifier, typeOnly }: { specifier: string; typeOnly: boolean },
): string | undefined {
  const target = resolveImport(file.path, specifier);
  if (target === undefined) {
    return file.path.startsWith('kernels/')
      ? `${file.path} imports ${specifier}, kernels import nothing`
      : undefined;
  }
  const rule = ruleOf(file.path);
  const own = rule.files.endsWith('/') ? rule.files : file.path;
  if (target.startsWith(own)) return undefined;
  if (rule.may.some((prefix) => target.startsWith(prefix))) return undefined;
  if (typeOnly && rule.types?.some((prefix) => target.startsWith(prefix))) return undefined;
  return `${file.path} may not import ${typeOnly ? 'types of ' : ''}${target}`;
}

function ruleOf(file: string): Rule {
  const fits = RULES.filter((rule) => file.startsWith(rule.files));
  return fits.reduce((best, rule) => (rule.files.length > best.files.length ? rule : best));
}

/** Files right under `pipeline/` have a rule of their own or are named as wiring. */
export function unplacedFiles(files: readonly Source[]): readonly string[] {
  return files
    .map((file) => file.path)
    .filter((file) => /^pipeline\/[^/]+\.ts$/.test(file))
    .filter((file) => !WIRING.test(file) && !RULES.some((rule) => rule.files === file));
}

export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Bundled into the console's pages, which are as many doors as there are pages. */
const PAGES = /^pipeline\/console\/web\//;
const OF_PAGES = /^(preact|uplot|vite)(\/|$)/;

/** Packages of the pages that are none of theirs. */
export function pagePackageFaults(files: readonly Source[]): readonly string[] {
  return files
    .filter((file) => PAGES.test(file.path))
    .flatMap((file) =>
      importsOf(file.text)
        .map(({ specifier }) => specifier)
        .filter((one) => packageOf(one) !== undefined && !OF_PAGES.test(one))
        .map((one) => `${file.path} imports ${one}, pages import preact and uplot`),
    );
}

/** Every package that the product runs on is declared, and is imported by exactly one file; optional ones by one at most. */
export function ownerFaults(files: readonly Source[], manifest: Manifest): readonly string[] {
  const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }));
  const owners = new Map<string, Set<string>>([...declared].map((name) => [name, new Set()]));
  const faults: string[] = [];
  for (const file of files) {
    if (!/^(pipeline|proto|kernels)\/.*\.ts$/.test(file.path) || PAGES.test(file.path)) continue;
    for (const { specifier } of importsOf(file.text)) {
      const name = packageOf(specifier);
      if (name === undefined || file.path.startsWith('kernels/')) continue;
      if (!declared.has(name))
        faults.push(`${file.path} imports ${name}, which is not among the dependencies`);
      else owners.get(name)?.add(file.path);
    }
  }
  for (const [name, by] of owners) {
    if (by.size > 1) faults.push(`${name} has ${by.size} owners, expected 1: ${[...by].sort().join(', ')}`);
    if (by.size === 0 && manifest.dependencies?.[name] !== undefined)
      faults.push(`${name} is a dependency that no file imports`);
  }
  return faults;
}
