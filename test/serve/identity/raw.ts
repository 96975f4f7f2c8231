/** Any call of any kind, by its path alone: one message goes in, and what comes first is the answer. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, Metadata, status } from '../../../pipeline/serve/grpc.ts';
import { protoDirectory } from '../../../proto/messages.ts';

const same = (bytes: Buffer) => bytes;

/** `service/Method` of every RPC in proto/vigie/v1. */
export function everyRpc(): readonly string[] {
  const folder = join(protoDirectory(), 'vigie/v1');
  return readdirSync(folder).flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8').replace(/\/\/.*$/gm, '');
    return [...text.matchAll(/^service (\w+) \{([\s\S]*?)^\}/gm)].flatMap(([, service, body]) =>
      [...body!.matchAll(/\brpc (\w+)\(/g)].map(([, method]) => `vigie.v1.${service}/${method}`),
    );
  });
}

export interface RawAnswer {
  /** By name; OK also when a stream began and was left. */
  readonly status: string;
  readonly code: string;
  readonly details: string;
}

/** A call that streams nothing either way is the same on the wire as one that does. */
export function rawCall(
  address: string,
  call: string,
  headers: Readonly<Record<string, string>> = {},
  message: Buffer = Buffer.alloc(0),
): Promise<RawAnswer> {
  const client = connect(address);
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
  const stream = client.makeBidiStreamRequest(`/${call}`, same, same, metadata, {});
  return new Promise<RawAnswer>((resolve) => {
    // A stream that is let in may have nothing to say for long; its headers are the answer.
    let began: NodeJS.Timeout | undefined;
    stream.on('data', () => {
      resolve({ status: 'OK', code: '', details: '' });
    });
    stream.on('metadata', () => {
      began = setTimeout(() => resolve({ status: 'OK', code: '', details: '' }), 200);
    });
    stream.on('error', () => {});
    stream.on('status', (found) => {
      clearTimeout(began);
      resolve({
        status: status[found.code] ?? String(found.code),
        code: String(found.metadata.get('vigie-code')[0] ?? ''),
        details: found.details,
      });
    });
    stream.write(message);
    stream.end();
  }).finally(() => {
    // Closing a client leaves its streams be.
    stream.cancel();
    client.close();
  });
}
