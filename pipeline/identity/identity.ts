/**
 * Who calls: a name, a role, what lies in their scope, and until when.
 *
 * Nothing here knows how a caller proved it (jwt.ts, certificate.ts) or over which protocol they came, so that every
 * door of Vigie asks the same questions.
 */
import type { Agent, EventType, Role } from '../model.ts';

/** The development identity believes every name it is given; it is served on loopback and nowhere else. */
export const DEVELOPMENT = { kind: 'development' } as const;

export type Identity = typeof DEVELOPMENT | Known;

export interface Known {
  readonly kind: 'known';
  /** A person's or machine's name: the subject of a token, the name of a certificate's entry. */
  readonly name: string;
  readonly role: Role;
  readonly scope: Scope;
  /** What the name was proved with. */
  readonly by: Proof;
  /** The proof holds at t while t < untilMs. */
  readonly untilMs: number;
  /** From when to when, both included, the person is authorised to do this work, whatever their proof says. */
  readonly habilitation?: Habilitation;
}

export interface Habilitation {
  readonly fromMs: number;
  readonly toMs: number;
}

export type Proof =
  | { readonly kind: 'token'; readonly id: string /** Thumbprint of the key. */; readonly key: string }
  | { readonly kind: 'certificate' /** As the register's entry names it. */; readonly match: string };

export type Some<Word> = 'all' | readonly Word[];

export interface Scope {
  readonly sites: Some<string>;
  readonly types: Some<EventType>;
  /** Sees which agent decided, not only in which role. */
  readonly agentNames: boolean;
}

const EVERYTHING: Scope = { sites: 'all', types: 'all', agentNames: true };

export function scopeOf(identity: Identity): Scope {
  return identity.kind === 'development' ? EVERYTHING : identity.scope;
}

export function within<Word>(some: Some<Word>, word: Word): boolean {
  return some === 'all' || some.includes(word);
}

/** Whether an event or candidate lies in the scope. */
export function sees(identity: Identity, of: { readonly site: string; readonly type: EventType }): boolean {
  const { sites, types } = scopeOf(identity);
  return within(sites, of.site) && within(types, of.type);
}

/** Those asked for by name that are not in the scope: to leave them out in silence would show them as quiet. */
export function outside(
  identity: Identity,
  asked: { readonly sites?: readonly string[]; readonly types?: readonly EventType[] },
): readonly string[] {
  const { sites, types } = scopeOf(identity);
  return [
    ...(asked.sites ?? []).filter((site) => !within(sites, site)).map((site) => `site '${site}'`),
    ...(asked.types ?? []).filter((type) => !within(types, type)).map((type) => `type '${type}'`),
  ];
}

/** In whose name a caller acts: their own, whatever the request says; only in development is that believed. */
export function actsAs(identity: Identity, asked: Agent): Agent {
  return identity.kind === 'development' ? asked : { name: identity.name, role: identity.role };
}

/** For the audit: what the name was proved with, without what could be used again. */
export function proofOf(identity: Identity): string {
  if (identity.kind === 'development') return 'development';
  return identity.by.kind === 'token' ? `token ${identity.by.id}` : `certificate ${identity.by.match}`;
}
