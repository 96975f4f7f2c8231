/**
 * `vigie token` and `vigie certs`: what a register of identities needs, made on the machine of whoever issues it.
 *
 * Secrets go into files that only their owner can read, never over one that is there already.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fault, InputError } from '../errors.ts';
import { certify, type Made, makeAuthority } from '../identity/authority.ts';
import { CLAIM, ClaimError, knownFrom } from '../identity/claims.ts';
import { notNow } from '../identity/decide.ts';
import { type KeyKind, makeKeyPair, readKeys, signToken } from '../identity/jwt.ts';
import type { EventType, Role } from '../model.ts';

/** Answers what was written, one line each. */
type Lines = readonly string[];

export interface TokenKeyWords {
  readonly dir: string;
  readonly kind: KeyKind;
}

/** A key pair: `tokens.key` for whoever issues, its public half added to `tokens.jwks` for the servers. */
export async function tokenKey({ dir, kind }: TokenKeyWords): Promise<Lines> {
  const [keyFile, setFile] = [path.join(dir, 'tokens.key'), path.join(dir, 'tokens.jwks')];
  await mkdir(dir, { recursive: true });
  const before = await readFile(setFile, 'utf8').catch(() => undefined);
  if (before !== undefined) await readKeys(before, setFile);
  const pair = await makeKeyPair(kind);
  await writeSecret(keyFile, `${JSON.stringify(pair.privateJwk)}\n`);
  const known = before === undefined ? [] : (JSON.parse(before) as { keys: unknown[] }).keys;
  await writeWhole(setFile, `${JSON.stringify({ keys: [...known, pair.publicJwk] }, null, 2)}\n`);
  return [
    `${keyFile}  the private key: signs tokens, stays here`,
    `${setFile}  ${known.length + 1} public ${known.length === 0 ? 'key' : 'keys'}: what servers check tokens with`,
  ];
}

export interface TokenIssueWords {
  readonly key: string;
  readonly name: string;
  readonly role: Role;
  readonly sites: 'all' | readonly string[];
  readonly events: 'all' | readonly EventType[];
  readonly agentNames: boolean;
  readonly days: number;
  readonly from?: string;
  readonly to?: string;
  readonly issuer: string;
  readonly audience: string;
  readonly out?: string;
}

export interface Issued {
  /** Where no file was named. */
  readonly token?: string;
  readonly id: string;
  readonly lines: Lines;
}

/** Throws InputError for whatever a server would refuse. */
export async function tokenIssue(words: TokenIssueWords, nowMs: number): Promise<Issued> {
  const { name, role, sites, events, agentNames, days, from, to, issuer, audience } = words;
  if ((from === undefined) !== (to === undefined))
    throw wrong('habilitation_half', '--from', 'and --to go together, expected both or neither');
  const habilitation = from === undefined ? {} : { habilitation: { from, to } };
  const ours = { role, sites, events, ...(agentNames ? { agent_names: true } : {}), ...habilitation };
  const id = randomUUID();
  const expiresAtMs = nowMs + days * 86_400_000;
  refuseUseless({ sub: name, jti: id, exp: expiresAtMs / 1_000, [CLAIM]: ours }, nowMs);
  const token = await signToken(await readSecret(words.key), words.key, {
    issuer,
    audience,
    subject: name.trim(),
    id,
    issuedAtMs: nowMs,
    expiresAtMs,
    claims: { [CLAIM]: ours },
  });
  if (words.out !== undefined) await writeSecret(words.out, `${token}\n`);
  const until = new Date(expiresAtMs).toISOString();
  return {
    id,
    ...(words.out === undefined ? { token } : {}),
    lines: [
      `token ${id} for '${name.trim()}' (${role}), good until ${until}; to end it before: revoked: ["${id}"]`,
    ],
  };
}

/** Held against what a server will ask, so that nobody carries home a token that opens nothing. */
function refuseUseless(claims: Record<string, unknown>, nowMs: number): void {
  try {
    const refusal = notNow(knownFrom(claims, ''), nowMs);
    // Made ahead of its time is how it should be made.
    if (refusal === undefined || refusal.code === 'habilitation_not_yet') return;
    const hint = refusal.code === 'habilitation_missing' ? 'give --from and --to' : undefined;
    throw wrong(refusal.code, '--to', refusal.message, hint);
  } catch (error) {
    if (error instanceof ClaimError) throw wrong('bad_claim', '', error.message);
    throw error;
  }
}

export interface CertsWords {
  readonly dir: string;
  readonly days: number;
}

export async function certsCa({ dir, days }: CertsWords, name: string, nowMs: number): Promise<Lines> {
  await mkdir(dir, { recursive: true });
  return writeMade(dir, 'ca', await makeAuthority(name, { fromMs: nowMs, days }), {
    pem: 'the authority: what clients and servers trust',
    key: "the authority's private key: signs certificates, stays here",
  });
}

/** `hosts`: the names and addresses that clients call; the first names the files. */
export async function certsServer(
  words: CertsWords,
  hosts: readonly string[],
  nowMs: number,
): Promise<Lines> {
  return issue(words, { kind: 'server', name: hosts[0]!, hosts, fromMs: nowMs, days: words.days });
}

export async function certsClient(words: CertsWords, name: string, nowMs: number): Promise<Lines> {
  const made = await issue(words, { kind: 'client', name, hosts: [name], fromMs: nowMs, days: words.days });
  return [...made, `in the register: certificates: [{ san: "DNS:${name}", name: ..., role: ..., ... }]`];
}

async function issue({ dir }: CertsWords, wanted: Parameters<typeof certify>[1]): Promise<Lines> {
  const strange = wanted.hosts.find((host) => !/^[A-Za-z0-9*][A-Za-z0-9.:_-]{0,252}$/.test(host));
  if (strange !== undefined)
    throw wrong(
      'bad_host',
      strange,
      'expected a host name or an address',
      'localhost, 127.0.0.1, vigie.example',
    );
  const authority = {
    certificate: await readSecret(path.join(dir, 'ca.pem')),
    key: await readSecret(path.join(dir, 'ca.key')),
  };
  const file = wanted.name.replace(/[^A-Za-z0-9.-]/g, '_');
  return writeMade(dir, file, await certify(authority, wanted), {
    pem: `a ${wanted.kind} certificate for ${wanted.hosts.join(', ')}`,
    key: 'its private key',
  });
}

async function writeMade(
  dir: string,
  name: string,
  made: Made,
  what: { readonly pem: string; readonly key: string },
): Promise<Lines> {
  const [pem, key] = [path.join(dir, `${name}.pem`), path.join(dir, `${name}.key`)];
  await writeSecret(key, `${made.key}\n`);
  await writeWhole(pem, `${made.certificate}\n`);
  return [`${pem}  ${what.pem}`, `${key}  ${what.key}`];
}

async function writeSecret(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw wrong(
        'file_exists',
        file,
        'is there already, and a secret is not written over',
        'move it away first',
      );
    throw wrong('file_unwritable', file, `cannot be written (${code})`);
  }
}

/** Whole or not at all: a server may be reading it. */
async function writeWhole(file: string, text: string): Promise<void> {
  const beside = `${file}.new`;
  try {
    await writeFile(beside, text);
    await rename(beside, file);
  } catch (error) {
    throw wrong('file_unwritable', file, `cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}

async function readSecret(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw wrong('file_unreadable', file, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function wrong(code: string, at: string, message: string, hint?: string): InputError {
  return new InputError([fault(code, at, message, hint)]);
}
