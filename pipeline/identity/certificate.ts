/** A client certificate that TLS has vouched for, and the names under which the register may know it. */
import { X509Certificate } from 'node:crypto';

export interface ClientCertificate {
  /** As a register's entries have them: `san DNS:pis.example`, `subject CN=pis, O=Example`. */
  readonly matches: readonly string[];
  readonly fromMs: number;
  readonly untilMs: number;
}

/** DER. Throws when it is no certificate. */
export function readCertificate(der: Uint8Array): ClientCertificate {
  const found = new X509Certificate(der);
  const subject = found.subject?.split('\n').join(', ');
  return {
    matches: [
      ...namesIn(found.subjectAltName).map((name) => `san ${name}`),
      ...(subject ? [`subject ${subject}`] : []),
    ],
    fromMs: Date.parse(found.validFrom),
    untilMs: Date.parse(found.validTo),
  };
}

/**
 * `DNS:a.example, URI:spiffe://b`. Node puts names with unusual characters in quotes, so that a comma inside one
 * cannot pass for a second name; such a name is in no register.
 */
function namesIn(alternatives: string | undefined): readonly string[] {
  if (alternatives === undefined || alternatives.includes('"')) return [];
  return alternatives.split(', ');
}
