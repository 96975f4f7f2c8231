/** Who may come in, as the commands that serve are told: a register of identities, a certificate. */
import { fault, InputError } from '../errors.ts';
import { Gatekeeper } from '../identity/gatekeeper.ts';
import { openServerTls, type ServerTls } from '../serve/identity/tls.ts';

export interface AccessWords {
  /** The register: identities.yaml. */
  readonly identities?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsClientCa?: string;
}

export interface Access {
  readonly gatekeeper?: Gatekeeper;
  readonly tls?: ServerTls;
  close(): void;
}

/** Throws InputError: words that do not go together, files that cannot be used. */
export async function openAccess(words: AccessWords, tell: (line: string) => void): Promise<Access> {
  refuseHalves(words);
  const { identities, tlsCert: cert, tlsKey: key, tlsClientCa: clientCa } = words;
  const told = (what: string) => ({
    onChange: () => tell(`${what}: read again, in force now`),
    onFault: (error: Error) =>
      tell(`${what}: not taken, what was read before stays in force: ${error.message}`),
  });
  const gatekeeper =
    identities === undefined ? undefined : await Gatekeeper.open(identities, told('identities'));
  try {
    const files = cert === undefined || key === undefined ? undefined : { cert, key };
    const tls =
      files && (await openServerTls({ ...files, ...(clientCa && { clientCa }) }, told('certificate')));
    return {
      ...(gatekeeper && { gatekeeper }),
      ...(tls && { tls }),
      close() {
        gatekeeper?.close();
        tls?.close();
      },
    };
  } catch (error) {
    gatekeeper?.close();
    throw error;
  }
}

/** Beside the status, which has the output for itself. */
export function tellErrors(line: string): void {
  process.stderr.write(`${line}\n`);
}

function refuseHalves({ identities, tlsCert, tlsKey, tlsClientCa }: AccessWords): void {
  const faults = [];
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    const [given, missing] =
      tlsCert === undefined ? ['--tls-key', '--tls-cert'] : ['--tls-cert', '--tls-key'];
    faults.push(fault('tls_half', given!, `given without ${missing}`));
  }
  if (tlsClientCa !== undefined && tlsCert === undefined)
    faults.push(fault('tls_half', '--tls-client-ca', 'given without --tls-cert and --tls-key'));
  if (tlsClientCa !== undefined && identities === undefined) {
    const message = 'given without --identities, which says who a certificate is';
    faults.push(fault('client_ca_without_identities', '--tls-client-ca', message));
  }
  if (faults.length > 0) throw new InputError(faults);
}
