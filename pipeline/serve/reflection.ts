/**
 * Server reflection, so that a client not written here can ask what there is to call.
 *
 * The only place that reads .proto files while running. @grpc/reflection brings a protobufjs of its own beside
 * ours; the two meet nowhere, because nothing but descriptors passes through here.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { protoDirectory } from '../../proto/messages.ts';
import type { Server } from './grpc.ts';

const PACKAGE = 'vigie/v1';

export function addReflection(server: Server): void {
  const root = protoDirectory();
  // Whatever is on the wire: a list of names would be forgotten with the next service.
  const files = readdirSync(path.join(root, PACKAGE)).filter((name) => name.endsWith('.proto'));
  const definition = loadSync(
    files.sort().map((name) => `${PACKAGE}/${name}`),
    { includeDirs: [root], keepCase: true },
  );
  new ReflectionService(definition).addToServer(server);
}
