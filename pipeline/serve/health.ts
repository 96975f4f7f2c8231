/** The standard health service (grpc.health.v1), for load balancers and start-up checks. */
import { HealthImplementation } from 'grpc-health-check';
import type { Server } from './grpc.ts';

export interface Health {
  set(serving: boolean): void;
}

/** Serves health for the whole server ('') and for each named service; NOT_SERVING until told otherwise. */
export function addHealth(server: Server, services: readonly string[]): Health {
  const names = ['', ...services];
  const health = new HealthImplementation(Object.fromEntries(names.map((name) => [name, 'NOT_SERVING'])));
  health.addToServer(server);
  return {
    set(serving) {
      for (const name of names) health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
    },
  };
}
