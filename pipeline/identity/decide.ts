/** Whether somebody may do something at a time: a function of who, what and when, asked again while a stream lasts. */
import type { Role } from '../model.ts';
import { type Row, rowOf } from './access.ts';
import type { Identity, Known } from './identity.ts';

/** Who they are is not proved; or it is, and they may not; or they tried too often. */
export type RefusalKind = 'unauthenticated' | 'forbidden' | 'limited';

export interface Refusal {
  readonly kind: RefusalKind;
  readonly code: string;
  /** For whoever called; holds no secret. */
  readonly message: string;
  /** Who was refused, where that is known. */
  readonly who?: Known;
}

export class RefusedCallError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.name = 'RefusedCallError';
    this.refusal = refusal;
  }
}

/** Undefined: they may. */
export function whyNot(identity: Identity, call: string, atMs: number): Refusal | undefined {
  if (identity.kind === 'development') return undefined;
  return notNow(identity, atMs) ?? notThis(identity, call);
}

export function isPublic(call: string): boolean {
  return rowOf(call)?.may === 'public';
}

/** The proof and the habilitation, both of which end by themselves. */
export function notNow(known: Known, atMs: number): Refusal | undefined {
  const { untilMs, habilitation, name } = known;
  // So written that an end that is no number is past.
  if (!(atMs < untilMs)) {
    return {
      kind: 'unauthenticated',
      code: 'credentials_expired',
      message: `the ${known.by.kind} of '${name}' was good until ${instant(untilMs)}`,
      who: known,
    };
  }
  if (habilitation === undefined) {
    if (!PEOPLE.has(known.role)) return undefined;
    return {
      kind: 'forbidden',
      code: 'habilitation_missing',
      message: `'${name}' is ${article(known.role)} without a habilitation`,
      who: known,
    };
  }
  const { fromMs, toMs } = habilitation;
  if (atMs >= fromMs && atMs <= toMs) return undefined;
  const words = `the habilitation of '${name}' holds from ${instant(fromMs)} to ${instant(toMs)}`;
  const code = atMs < fromMs ? 'habilitation_not_yet' : 'habilitation_over';
  return { kind: 'forbidden', code, message: words, who: known };
}

/** Those who are natural persons: they see cameras' claims, so somebody must have authorised them. */
export const PEOPLE: ReadonlySet<Role> = new Set<Role>(['agent', 'supervisor', 'auditor']);

function notThis(known: Known, call: string): Refusal | undefined {
  const row = rowOf(call);
  if (row !== undefined && admits(row, known.role)) return undefined;
  const expected =
    row === undefined ? 'nobody: it has no row in the table of access' : among(row.may as readonly Role[]);
  return {
    kind: 'forbidden',
    code: 'wrong_role',
    message: `'${known.name}' is ${article(known.role)}; ${call} is for ${expected}`,
    who: known,
  };
}

function admits({ may }: Row, role: Role): boolean {
  return may === 'public' || may === 'known' || may.includes(role);
}

function among(roles: readonly Role[]): string {
  return roles.map(article).join(' or ');
}

function article(role: Role): string {
  return `${/^[aeiou]/.test(role) ? 'an' : 'a'} ${role}`;
}

function instant(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : String(ms);
}
