/**
 * What the text of a file may not hold: clocks and chance in the pure middle, too many lines, paths of one machine,
 * tests that are switched off.
 */
import { importsOf, type Source, withoutComments } from './source.ts';

/** Time and chance are inputs here. */
export const PURE = [
  /^pipeline\/(admit|observe|measure|detect|setup|site)\//,
  /^pipeline\/ingest\/scenes\//,
  /^pipeline\/review\/(ledger|judge|statistics)\.ts$/,
  /^pipeline\/(model|errors|saved|stage|topics)\.ts$/,
  /^kernels\//,
  /^proto\//,
];

const CLOCKS: readonly [RegExp, string][] = [
  [/\bDate\s*\.\s*now\b/, 'Date.now'],
  [/\bnew\s+Date\s*(\(\s*\)|;|,|\))/, 'new Date()'],
  [/(?<!new\s+|[\w.])Date\s*\(\s*\)/, 'Date()'],
  [/\bMath\s*\.\s*random\b/, 'Math.random'],
  [/\bperformance\s*\.\s*\w/, 'performance'],
  [/\bset(Timeout|Interval|Immediate)\b/, 'a timer'],
  [/\bprocess\s*\.\s*(hrtime|uptime|nextTick)\b/, 'process.hrtime'],
  [/\b(randomUUID|randomBytes|randomInt|getRandomValues)\b/, 'random bytes'],
];
const CLOCK_MODULES = new Set(['node:timers', 'node:timers/promises', 'node:perf_hooks', 'node:crypto']);

export function clockFaults(files: readonly Source[]): readonly string[] {
  return files
    .filter((file) => file.path.endsWith('.ts') && PURE.some((pure) => pure.test(file.path)))
    .flatMap((file) => {
      const code = withoutComments(file.text);
      const words = CLOCKS.filter(([pattern]) => pattern.test(code)).map(([, name]) => name);
      // A hash is a function of its input, so node:crypto is welcome for createHash.
      const modules = importsOf(file.text)
        .map(({ specifier }) => specifier)
        .filter(
          (name) => CLOCK_MODULES.has(name) && !(name === 'node:crypto' && /\bcreateHash\b/.test(code)),
        );
      return [...words, ...modules].map((what) => `${file.path} uses ${what}; time and chance are inputs`);
    });
}

export const LINES_MAX = 500;

export function lengthFaults(files: readonly Source[]): readonly string[] {
  return files
    .filter((file) => /\.(tsx?|proto|html|css|js)$/.test(file.path))
    .map((file) => ({ path: file.path, lines: file.text.split('\n').length - 1 }))
    .filter(({ lines }) => lines >= LINES_MAX)
    .map(({ path, lines }) => `${path} has ${lines} lines, expected fewer than ${LINES_MAX}`);
}

// Written in parts so that this file does not hold what it looks for.
const MACHINE_PATH = new RegExp(
  `(?<![\\w.~-])/(${['work', 'root', 'home', 'tmp', 'Users', 'mnt'].join('|')})/`,
);

export function machinePathFaults(files: readonly Source[]): readonly string[] {
  return files.flatMap((file) =>
    file.text
      .split('\n')
      .flatMap((line, index) =>
        MACHINE_PATH.test(line)
          ? [`${file.path}:${index + 1} names a path of one machine: ${line.trim()}`]
          : [],
      ),
  );
}

const SWITCHED_OFF =
  /\b(?:it|test|describe|suite)(?:\.\w+)*\.(?:only|skip|todo)\b|\b(?:fit|xit|fdescribe|xdescribe)\s*\(/;

/** `skipIf` and `runIf` stay: havePart() says aloud what is missing. */
export function switchedOffFaults(files: readonly Source[]): readonly string[] {
  return files
    .filter((file) => file.path.startsWith('test/'))
    .flatMap((file) => {
      const found = SWITCHED_OFF.exec(withoutStrings(withoutComments(file.text)));
      return found ? [`${file.path} has ${found[0]}`] : [];
    });
}

function withoutStrings(code: string): string {
  return code.replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''");
}
