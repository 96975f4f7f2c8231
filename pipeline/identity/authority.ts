/**
 * A small certificate authority for set-up: enough for servers and machines of one installation. Whoever has an
 * authority already uses that, and none of this. The one door to @peculiar/x509.
 *
 * ECDSA P-256 throughout. The authority may sign end certificates only (path length 0), a server's certificate serves
 * and a client's calls and neither does the other's (extended key usage).
 */
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { fault, InputError } from '../errors.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** Clocks of machines differ: what was made a moment ago holds there too. */
const EARLIER_MS = 5 * 60_000;

/** PEM, both. */
export interface Made {
  readonly certificate: string;
  readonly key: string;
}

export interface Span {
  readonly fromMs: number;
  readonly days: number;
}

export async function makeAuthority(name: string, span: Span): Promise<Made> {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: distinguished(name),
    ...validity(span),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: certificate.toString('pem'), key: await pemOf(keys.privateKey) };
}

export interface Wanted extends Span {
  readonly kind: 'server' | 'client';
  /** Common name. */
  readonly name: string;
  /** DNS names and addresses. */
  readonly hosts: readonly string[];
}

/** Throws InputError when the authority's files are not what they should be. */
export async function certify(authority: Made, wanted: Wanted): Promise<Made> {
  const { issuer, signingKey } = await readAuthority(authority);
  const keys = await makeKeys();
  const usage =
    wanted.kind === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: distinguished(wanted.name),
    issuer: issuer.subjectName,
    ...validity(wanted),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      new x509.SubjectAlternativeNameExtension(
        wanted.hosts.map((value) => ({ type: isIP(value) > 0 ? ('ip' as const) : ('dns' as const), value })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return { certificate: certificate.toString('pem'), key: await pemOf(keys.privateKey) };
}

async function readAuthority({ certificate, key }: Made) {
  try {
    const issuer = new x509.X509Certificate(certificate);
    const der = x509.PemConverter.decodeFirst(key);
    const signingKey = await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
    return { issuer, signingKey };
  } catch {
    throw new InputError([
      fault(
        'authority_unreadable',
        'ca.pem, ca.key',
        'are no authority that was made here (ECDSA P-256)',
        'with another authority, let that one issue the certificates',
      ),
    ]);
  }
}

function makeKeys() {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

/** Positive, 127 bits of chance (RFC 5280 section 4.1.2.2 allows 20 bytes). */
function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString('hex');
}

/** As parts, not as text: a comma in a name stays in the name. */
function distinguished(name: string): x509.JsonName {
  return [{ CN: [name] }];
}

function validity({ fromMs, days }: Span) {
  return { notBefore: new Date(fromMs - EARLIER_MS), notAfter: new Date(fromMs + days * 86_400_000) };
}
