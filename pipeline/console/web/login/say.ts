/** Codes of the server as words. Pure. */

export interface CodeWords {
  readonly refused: Readonly<Record<string, string>>;
  readonly ended: Readonly<Record<string, string>> & { readonly session_over: string };
  readonly other: (message: string, code: string) => string;
}

/** Why a login was refused; what is not expected is said as the server says it. */
export function refusal({ refused, other }: CodeWords, code: string, message: string): string {
  return found(refused, code) ?? other(message, code);
}

/** Why the last session ended. Undefined: there was none, or nothing worth a word. */
export function ending({ refused, ended }: CodeWords, code: string | undefined): string | undefined {
  if (code === undefined) return undefined;
  return found(ended, code) ?? found(refused, code) ?? ended.session_over;
}

function found(table: Readonly<Record<string, string>>, code: string): string | undefined {
  return Object.hasOwn(table, code) ? table[code] : undefined;
}
