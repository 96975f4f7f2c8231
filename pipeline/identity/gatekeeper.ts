/**
 * Says who a caller is, from what they present, by the register in force; and later, whether that still holds.
 *
 * A token is checked once and remembered by its hash until the register changes, so that a signature costs its
 * 100 µs once a token and not once a call. What ends by itself (expiry, habilitation) and what somebody ends (a
 * revocation, a key taken out, an entry struck) is asked at every decision.
 */
import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { readText } from '../site/parse.ts';
import type { ClientCertificate } from './certificate.ts';
import { ClaimError, known, knownFrom } from './claims.ts';
import { notNow, type Refusal, RefusedCallError } from './decide.ts';
import type { Known } from './identity.ts';
import { checkToken, type KeySet, readKeys, TokenRefusedError } from './jwt.ts';
import { type Kept, type KeptOptions, keepLoaded } from './kept.ts';
import { type CertificateEntry, parseRegister, type Register } from './register.ts';

/** What a caller presented; a token, where there is one, says who speaks, and a certificate only who connected. */
export interface Credentials {
  readonly token?: string;
  readonly certificate?: ClientCertificate;
}

interface InForce {
  readonly register: Register;
  readonly keys: KeySet;
  /** By match. */
  readonly entries: ReadonlyMap<string, CertificateEntry>;
}

/** Remembered tokens: a hash and what it says, some 500 bytes each. */
const REMEMBERED_MAX = 10_000;

export class Gatekeeper {
  readonly #kept: Kept<InForce>;
  readonly #remembered = new Map<string, Known>();
  readonly #listeners = new Set<() => void>();

  /** Throws InputError: the register or its keys. */
  static async open(file: string, options: KeptOptions = {}): Promise<Gatekeeper> {
    let gatekeeper: Gatekeeper | undefined;
    const kept = await keepLoaded(() => load(file), {
      ...options,
      onChange() {
        if (gatekeeper !== undefined) gatekeeper.#changed();
        options.onChange?.();
      },
    });
    gatekeeper = new Gatekeeper(kept);
    return gatekeeper;
  }

  private constructor(kept: Kept<InForce>) {
    this.#kept = kept;
  }

  /** Called after every new register. Returns the way out. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#kept.close();
  }

  /** Whether the token was found good before, so that no signature has to be checked for it. */
  remembers(token: string): boolean {
    return this.#remembered.has(hashOf(token));
  }

  /** Throws RefusedCallError: who they are is not proved, or not any more. */
  async identify({ token, certificate }: Credentials, atMs: number): Promise<Known> {
    if (token !== undefined) return this.#ofToken(token, atMs);
    if (certificate !== undefined) return this.#ofCertificate(certificate, atMs);
    throw new RefusedCallError({
      kind: 'unauthenticated',
      code: 'credentials_missing',
      message: 'neither a bearer token nor a client certificate that this server trusts came with the call',
    });
  }

  /** Undefined while it still holds. */
  stillGood(who: Known, atMs: number): Refusal | undefined {
    return this.#struck(who) ?? notNow(who, atMs);
  }

  async #ofToken(token: string, atMs: number): Promise<Known> {
    const hash = hashOf(token);
    const found = this.#remembered.get(hash) ?? (await this.#check(token, hash, atMs));
    return this.#good(found, atMs);
  }

  async #check(token: string, hash: string, atMs: number): Promise<Known> {
    const { register, keys } = this.#kept.current();
    try {
      const { claims, key } = await checkToken(token, keys, { ...register, atMs });
      const who = knownFrom(claims, key);
      if (this.#remembered.size >= REMEMBERED_MAX) {
        this.#remembered.delete(this.#remembered.keys().next().value!);
      }
      // Taken only as it was checked: the register may have changed while the signature was.
      if (this.#kept.current().register === register) this.#remembered.set(hash, who);
      return who;
    } catch (error) {
      if (error instanceof TokenRefusedError) throw unauthenticated(error.code, error.message);
      if (error instanceof ClaimError)
        throw unauthenticated('credentials_invalid', `the token is refused: ${error.message}`);
      throw error;
    }
  }

  #ofCertificate(certificate: ClientCertificate, atMs: number): Known {
    const { entries } = this.#kept.current();
    const entry = certificate.matches.map((match) => entries.get(match)).find((found) => found !== undefined);
    if (entry === undefined) {
      throw unauthenticated(
        'certificate_unknown',
        'the client certificate has no name that the register of identities knows',
      );
    }
    const { name, role, scope, habilitation, match } = entry;
    const { untilMs } = certificate;
    return this.#good(known(name, role, scope, { kind: 'certificate', match }, untilMs, habilitation), atMs);
  }

  #good(who: Known, atMs: number): Known {
    const refusal = this.stillGood(who, atMs);
    if (refusal !== undefined) throw new RefusedCallError(refusal);
    return who;
  }

  /** What somebody ended. */
  #struck(who: Known): Refusal | undefined {
    const { register, keys, entries } = this.#kept.current();
    const { by } = who;
    if (by.kind === 'token') {
      if (register.revoked.has(by.id)) return revoked(who, `the token of '${who.name}' was revoked`);
      if (!keys.some(({ thumbprint }) => thumbprint === by.key))
        return revoked(who, `the key that signed the token of '${who.name}' is no longer trusted`);
      return undefined;
    }
    const entry = entries.get(by.match);
    const same = entry !== undefined && JSON.stringify(termsOf(entry)) === JSON.stringify(termsOf(who));
    return same ? undefined : revoked(who, `the entry of '${who.name}' was changed or struck; call again`);
  }

  #changed(): void {
    this.#remembered.clear();
    for (const listener of this.#listeners) listener();
  }
}

const termsOf = ({ name, role, scope, habilitation }: Omit<Known, 'kind' | 'by' | 'untilMs'>) => [
  name,
  role,
  scope.sites,
  scope.types,
  scope.agentNames,
  habilitation?.fromMs,
  habilitation?.toMs,
];

async function load(file: string) {
  const register = parseRegister(await readText(file), file);
  const keyFiles = register.keyFiles.map((one) => resolve(dirname(file), one));
  const keys = await Promise.all(keyFiles.map(async (one) => readKeys(await readText(one), one)));
  const entries = new Map(register.certificates.map((one) => [one.match, one]));
  return { value: { register, keys: keys.flat(), entries }, paths: [file, ...keyFiles] };
}

/** A token is a secret: what is remembered of it cannot be presented. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

function unauthenticated(code: string, message: string): RefusedCallError {
  return new RefusedCallError({ kind: 'unauthenticated', code, message });
}

function revoked(who: Known, message: string): Refusal {
  return { kind: 'unauthenticated', code: 'credentials_revoked', message, who };
}
