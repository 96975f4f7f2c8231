/**
 * Server reflection, so that a client not written here can ask what there is to call.
 *
 * The only place that reads .proto files while running. @grpc/reflection brings a protobufjs of its own beside
 * ours; the two meet nowhere, because nothing but descriptors passes through here.
 */
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { protoDirectory } from '../../proto/messages.ts';
import type { Server } from './grpc.ts';

const FILES = ['event', 'review', 'observation', 'ingest', 'operation'].map(
  (name) => `vigie/v1/${name}.proto`,
);

export function addReflection(server: Server): void {
  const definition = loadSync(FILES, { includeDirs: [protoDirectory()], keepCase: true });
  new ReflectionService(definition).addToServer(server);
}
