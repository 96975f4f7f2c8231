/** What the files in deploy/ promise, as far as it can be seen without Docker. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { demoSite } from '../pipeline/ingest/scenes/demo.ts';

interface Service {
  readonly image: string;
  readonly hostname: string;
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly environment: Readonly<Record<string, string | number>>;
}

const text = readFileSync(new URL('../deploy/compose.yaml', import.meta.url), 'utf8');
const file = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, null>;
};
const services = Object.entries(file.services);

/** `HOST://:9092,...` by name. */
const addresses = (listeners: string | number | undefined) =>
  new Map(
    String(listeners)
      .split(',')
      .map((one) => one.split('://') as [string, string]),
  );

describe('deploy/compose.yaml', () => {
  it('starts three nodes of the version that the tests run against', () => {
    const version = /VERSION = '([\d.]+)'/.exec(
      readFileSync(new URL('support/kafka/jars.ts', import.meta.url), 'utf8'),
    )![1];
    expect(services.map(([, { image }]) => image)).toEqual(Array(3).fill(`apache/kafka:${version}`));
  });

  it.each(services)(
    '%s has a number, a place and listeners of its own that its clients can follow',
    (name, service) => {
      const { environment, hostname, ports, volumes } = service;
      expect(hostname).toBe(name);
      expect(name).toBe(`kafka-${environment.KAFKA_NODE_ID}`);
      expect(volumes).toEqual([`${name}:${environment.KAFKA_LOG_DIRS}`]);
      expect(Object.keys(file.volumes)).toContain(name);
      const listens = addresses(environment.KAFKA_LISTENERS);
      const tells = addresses(environment.KAFKA_ADVERTISED_LISTENERS);
      // The controller's is not for clients and must not be advertised.
      expect([...listens.keys()].sort()).toEqual(['CONTROLLER', 'HOST', 'INTERNAL']);
      expect([...tells.keys()].sort()).toEqual(['HOST', 'INTERNAL']);
      const protocols = String(environment.KAFKA_LISTENER_SECURITY_PROTOCOL_MAP).split(',');
      expect(protocols.map((one) => one.split(':')[0]).sort()).toEqual([...listens.keys()].sort());
      expect(tells.get('INTERNAL')).toBe(`${name}${listens.get('INTERNAL')}`);
      // The port outside is the port inside: clients go where they are told.
      const port = listens.get('HOST')!.slice(1);
      expect(tells.get('HOST')).toBe(`\${KAFKA_HOST:-localhost}:${port}`);
      // On loopback, unless somebody says otherwise.
      expect(ports).toEqual([`\${KAFKA_BIND:-127.0.0.1}:${port}:${port}`]);
    },
  );

  it('agrees within itself on who votes, where, and in which cluster', () => {
    for (const [, { environment }] of services) {
      const voters = services.map(([name, other]) => `${other.environment.KAFKA_NODE_ID}@${name}:9090`);
      expect(environment.KAFKA_CONTROLLER_QUORUM_VOTERS).toBe(voters.join(','));
      expect(addresses(environment.KAFKA_LISTENERS).get('CONTROLLER')).toBe(':9090');
      expect(environment.KAFKA_CONTROLLER_LISTENER_NAMES).toBe('CONTROLLER');
      expect(environment.KAFKA_INTER_BROKER_LISTENER_NAME).toBe('INTERNAL');
      // 16 bytes in URL-safe base64, as the storage tool wants it; a leading '-' would be an option.
      expect(String(environment.CLUSTER_ID)).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
    }
    expect(new Set(services.map(([, { environment }]) => environment.CLUSTER_ID)).size).toBe(1);
    const ports = services.flatMap(([, { ports }]) => ports);
    expect(new Set(ports).size).toBe(ports.length);
  });

  it('loses no record with one of three nodes, and needs a majority for none', () => {
    for (const [, { environment }] of services) {
      expect(environment.KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR).toBe(3);
      expect(environment.KAFKA_DEFAULT_REPLICATION_FACTOR).toBe(3);
      expect(environment.KAFKA_MIN_INSYNC_REPLICAS).toBe(2);
      expect(environment.KAFKA_AUTO_CREATE_TOPICS_ENABLE).toBe('false');
    }
  });
});

it('deploy/station.yaml is the station of `npm start`', () => {
  const there = readFileSync(new URL('../deploy/station.yaml', import.meta.url), 'utf8');
  expect(parse(there)).toEqual(parse(demoSite()));
});
