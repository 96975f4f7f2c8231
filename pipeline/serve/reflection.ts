/**
 * Server reflection, so that a client not written here can ask what there is to call.
 *
 * The only place that reads .proto files while running. @grpc/reflection brings a protobufjs of its own beside
 * ours; the two meet nowhere, because nothing but descriptors passes through here.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import type { Server } from './grpc.ts';

const FILES = ['vigie/v1/event.proto', 'vigie/v1/review.proto'];

export function addReflection(server: Server): void {
  const definition = loadSync(FILES, { includeDirs: [protoDirectory()], keepCase: true });
  new ReflectionService(definition).addToServer(server);
}

/** The nearest `proto/` above this file that holds the schema: the same from source and from the build. */
export function protoDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const found = join(directory, 'proto');
    if (existsSync(join(found, FILES[0]!))) return found;
    const parent = dirname(directory);
    if (parent === directory) throw new Error(`no directory above this file holds proto/${FILES[0]}`);
    directory = parent;
  }
}
