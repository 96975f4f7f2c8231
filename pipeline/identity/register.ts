/**
 * The register of identities, a file that people write (identities.yaml):
 *
 *   issuer: vigie                 # who must have issued a token; `vigie` unless said otherwise
 *   audience: vigie               # for whom; the same
 *   keys: [tokens.jwks]           # public keys that tokens are checked with; JWKS or PEM, beside this file
 *   revoked: [9f0c...]            # ids of tokens that are good no more
 *   certificates:                 # who a client certificate is, by one of its names
 *     - san: DNS:pis.example      # or subject: "CN=pis, O=Example", as openssl prints it, most particular last
 *       name: passenger-information
 *       role: subscriber
 *       sites: [gare-exemple]     # or all
 *       events: [density]         # or all
 *       agent_names: false        # which agent decided, for a subscriber
 *       habilitation: { from: 2026-11-01, to: 2027-01-31 }
 *
 * Wrong, it is refused whole with every fault; while a server runs the one before then stays in force.
 */
import { InputError } from '../errors.ts';
import { EVENT_TYPES, type EventType, ROLES } from '../model.ts';
import { readInstant } from '../site/authorisation.ts';
import { describe, Faults, type Located, MapReader } from '../site/document.ts';
import { readTree, sorted } from '../site/parse.ts';
import { NAME_LENGTH_MAX, printable, seesAgentNames } from './claims.ts';
import { PEOPLE } from './decide.ts';
import type { Habilitation, Known, Some } from './identity.ts';

export interface Register {
  readonly issuer: string;
  readonly audience: string;
  /** As written. */
  readonly keyFiles: readonly string[];
  readonly revoked: ReadonlySet<string>;
  readonly certificates: readonly CertificateEntry[];
}

export interface CertificateEntry extends Pick<Known, 'name' | 'role' | 'scope'> {
  /** `san DNS:pis.example`, `subject CN=pis, O=Example`. */
  readonly match: string;
  readonly habilitation?: Habilitation;
}

const KNOWN = ['issuer', 'audience', 'keys', 'revoked', 'certificates'];
const ENTRY = ['san', 'subject', 'name', 'role', 'sites', 'events', 'agent_names', 'habilitation'];
const KEY_FILES_MAX = 16;
const REVOKED_MAX = 100_000;
const CERTIFICATES_MAX = 10_000;
const SITES_MAX = 1_000;

/** Throws InputError with all faults. */
export function parseRegister(text: string, file: string): Register {
  const faults = new Faults(file);
  const root = readTree(text, faults);
  const reader = root && MapReader.open(root, '', KNOWN, faults);
  const register = reader && readRegister(reader);
  if (faults.list.length > 0 || register === undefined) throw new InputError(sorted(faults));
  return register;
}

function readRegister(reader: MapReader): Register {
  const keyFiles = texts(reader, 'keys', 'key files', KEY_FILES_MAX);
  const certificates = reader
    .list('certificates', 'certificates', CERTIFICATES_MAX)
    .flatMap(({ node, at }) => readEntry(node, at, reader.faults) ?? []);
  if (keyFiles.length === 0 && certificates.length === 0 && reader.faults.list.length === 0) {
    reader.faults.add(
      'nobody',
      '',
      reader.line,
      'names neither keys nor certificates, so nobody could come in',
    );
  }
  refuseRepeats(reader, certificates);
  return {
    issuer: reader.string('issuer', 'who issues tokens') ?? 'vigie',
    audience: reader.string('audience', 'for whom tokens are') ?? 'vigie',
    keyFiles,
    revoked: new Set(texts(reader, 'revoked', 'token ids', REVOKED_MAX)),
    certificates,
  };
}

function readEntry(node: Located, at: string, faults: Faults): CertificateEntry | undefined {
  const reader = MapReader.open(node, at, ENTRY, faults);
  if (reader === undefined) return undefined;
  const match = readMatch(reader);
  if (!reader.has('name')) reader.missing('name', 'a name for the audit and for verdicts');
  const name = reader.string('name', 'a name');
  if (name !== undefined && (name.length > NAME_LENGTH_MAX || !printable(name)))
    reader.fault('bad_name', 'name', `expected 1 to ${NAME_LENGTH_MAX} printable characters`);
  if (!reader.has('role')) reader.missing('role', `one of ${ROLES.join(', ')}`);
  const role = reader.choice('role', ROLES);
  const sites = some(reader, 'sites', (one): one is string => /^[\w.-]{1,64}$/.test(one), 'site ids');
  const isType = (one: string): one is EventType => EVENT_TYPES.some((type) => type === one);
  const types = some(reader, 'events', isType, 'event types');
  const agentNames = reader.boolean('agent_names');
  const habilitation = readHabilitation(reader);
  if (role !== undefined && PEOPLE.has(role) && !reader.has('habilitation'))
    reader.missing('habilitation', `from when to when the ${role} is authorised: { from, to }`);
  if (match === undefined || name === undefined || role === undefined) return undefined;
  if (sites === undefined || types === undefined) return undefined;
  const scope = { sites, types, agentNames: seesAgentNames(role, agentNames) };
  return { match, name: name.trim(), role, scope, ...(habilitation === undefined ? {} : { habilitation }) };
}

function readMatch(reader: MapReader): string | undefined {
  const san = reader.string('san', 'a name such as DNS:pis.example or URI:spiffe://example/pis');
  const subject = reader.string('subject', 'a subject such as "CN=pis, O=Example"');
  if (reader.has('san') === reader.has('subject')) {
    const found = reader.has('san') ? 'both san and subject' : 'neither san nor subject';
    reader.faults.add('certificate_match', reader.at, reader.line, `has ${found}, expected one of them`);
    return undefined;
  }
  if (san !== undefined && !/^(DNS|URI|IP Address|email):[^",\s]+$/.test(san)) {
    reader.fault('san_syntax', 'san', `is '${san.slice(0, 80)}', expected DNS:, URI:, email: or IP Address:`);
    return undefined;
  }
  if (san !== undefined) return `san ${san}`;
  return subject === undefined ? undefined : `subject ${subject}`;
}

function readHabilitation(reader: MapReader): Habilitation | undefined {
  const node = reader.node('habilitation');
  if (node === undefined) return undefined;
  const inner = MapReader.open(node, reader.path('habilitation'), ['from', 'to'], reader.faults);
  if (inner === undefined) return undefined;
  const [fromMs, toMs] = [readInstant(inner, 'from'), readInstant(inner, 'to')];
  if (fromMs === undefined || toMs === undefined) return undefined;
  if (toMs < fromMs) inner.fault('habilitation_ends_before_start', 'to', 'ends before it begins');
  return { fromMs, toMs };
}

function some<Word extends string>(
  reader: MapReader,
  key: string,
  is: (one: string) => one is Word,
  what: string,
): Some<Word> | undefined {
  const node = reader.node(key);
  if (node === undefined) {
    reader.missing(key, `all, or a list of ${what}`);
    return undefined;
  }
  if (node.kind === 'scalar' && node.value === 'all') return 'all';
  const words: Word[] = [];
  for (const { node: item, at } of reader.list(key, what, SITES_MAX)) {
    if (item.kind === 'scalar' && typeof item.value === 'string' && is(item.value)) words.push(item.value);
    else
      reader.faults.add('unknown_value', at, item.line, `is ${describe(item)}, expected one of the ${what}`);
  }
  if (node.kind === 'list' && node.items.length === 0)
    reader.fault('empty_scope', key, `has 0 ${what}, expected at least one, or all`);
  return words;
}

/** One text or a list of them. */
function texts(reader: MapReader, key: string, what: string, most: number): readonly string[] {
  const node = reader.node(key);
  if (node?.kind === 'scalar' && typeof node.value === 'string') return [node.value];
  return reader.list(key, what, most).flatMap(({ node: item, at }) => {
    if (item.kind === 'scalar' && typeof item.value === 'string' && item.value.trim() !== '')
      return [item.value];
    // 12 digits and an `e` between them read as a number in YAML.
    reader.faults.add(
      'wrong_type',
      at,
      item.line,
      `is ${describe(item)}, expected a text`,
      'put it in quotes',
    );
    return [];
  });
}

function refuseRepeats(reader: MapReader, entries: readonly CertificateEntry[]): void {
  const seen = new Set<string>();
  for (const { match } of entries) {
    if (seen.has(match))
      reader.fault('duplicate_certificate', 'certificates', `has two entries for '${match}'`);
    seen.add(match);
  }
}
