/**
 * Coded errors: what was found, what was expected, and where.
 *
 * Three kinds, three treatments. A programmer's error: `assert`, the process stops. Bad input: an `InputError`
 * with every fault at once; the record goes to `rail.rejected`, the stage goes on. An outage: thrown by the rim
 * (log, network) and retried with back-off in one place.
 */

/** One fault, in words that name both what was found and what was expected. */
export interface Fault {
  /** Stable, lower_snake_case, for programs: `zone_too_few_points`. */
  readonly code: string;
  /** Where: a path into a document (`cameras[2].zones[0]`), a field of a record, a file. */
  readonly at: string;
  /** For people: "zone 'P3' has 2 points, expected at least 3". */
  readonly message: string;
  readonly hint?: string;
  /** The file and its line, 1-based, where the fault lies in a file that people write. */
  readonly file?: string;
  readonly line?: number;
}

/** `site.yaml:12: cameras[0].id: missing (hint)`, as compilers write it so that editors can jump there. */
export function describeFault({ file, line, at, message, hint }: Fault): string {
  const place = file === undefined ? '' : line === undefined ? `${file}: ` : `${file}:${line}: `;
  return `${place}${at === '' ? '' : `${at}: `}${message}${hint === undefined ? '' : ` (${hint})`}`;
}

export class InputError extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map(describeFault).join('\n'));
    this.name = 'InputError';
    this.faults = faults;
  }

  /** The code under which the input is counted. */
  get code(): string {
    return this.faults[0]?.code ?? 'bad_input';
  }
}

export function fault(code: string, at: string, message: string, hint?: string): Fault {
  return hint === undefined ? { code, at, message } : { code, at, message, hint };
}

/** Programmer's error: the invariant is ours, so stop. */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${what}`);
}
