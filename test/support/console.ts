/**
 * A station and its console on free ports, for tests that look at it with a browser or with fetch.
 *
 *   const it = await startConsole();
 *   const [candidate] = await it.raise({ severity: 'critical' });
 *   ... it.url ...
 *   await it.stop();
 *
 * The cameras of the default site have no source: what waits is what a test raises.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConsoleOptions, serveConsole } from '../../pipeline/console/server.ts';
import { Gatekeeper } from '../../pipeline/identity/gatekeeper.ts';
import { makeKeyPair, signToken } from '../../pipeline/identity/jwt.ts';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import { partitionFor } from '../../pipeline/log/partition.ts';
import type { Log } from '../../pipeline/log/port.ts';
import { type Candidate, cameraKey, candidateId, type EventType, type Role } from '../../pipeline/model.ts';
import { openClient } from '../../pipeline/serve/client/client.ts';
import { parseSite } from '../../pipeline/site/parse.ts';
import type { Site } from '../../pipeline/site/site.ts';
import { createTopics, partitionsByCamera, TOPICS } from '../../pipeline/topics.ts';
import { type Station, type StationOptions, startStation } from '../../pipeline/topology.ts';
import { encodeCandidate } from '../../proto/messages.ts';

export interface ConsoleWish {
  /** Default: `quietSite()`. */
  readonly site?: Site;
  /** The server wants tokens (see `token`). Default: the development identity. */
  readonly identities?: boolean;
  readonly console?: Partial<ConsoleOptions>;
  readonly station?: Partial<StationOptions>;
  /** Default: in memory. */
  readonly log?: Log;
}

export type RunningConsole = Awaited<ReturnType<typeof startConsole>>;

export async function startConsole(wish: ConsoleWish = {}) {
  const who = wish.identities ? await identities() : undefined;
  const behind = await startServer(wish.site ?? quietSite(), who?.gatekeeper, wish.station, wish.log);
  const failures: unknown[] = [];
  const served = await serveConsole({
    servers: [{ address: behind.address, access: {} }],
    port: 0,
    onFailure: (error) => failures.push(error),
    ...wish.console,
  });
  return {
    ...behind,
    url: served.url,
    console: served,
    /** What browsers were not told. */
    failures,
    /** A token of this person; only with `identities`. */
    token: (of: TokenWish) => who!.token(of),
    /** The token is good no more, and the server knows. */
    revoke: (id: string) => who!.revoke(id),
    async stop() {
      await served.close(100);
      await behind.stop();
      await who?.close();
    },
  };
}

/** Cameras `quai-a`, `quai-b`, `hall` that others watch. */
export function quietSite(id = 'gare', cameras: readonly string[] = ['quai-a', 'quai-b', 'hall']): Site {
  const text = [
    `site: ${id}`,
    'kind: station',
    'cameras:',
    ...cameras.flatMap((camera) => [
      `  - id: ${camera}`,
      '    zones:',
      '      - { id: tracks, polygon: [[0, 0], [0.45, 0], [0.45, 1], [0, 1]] }',
      '      - { id: platform, polygon: [[0.45, 0], [1, 0], [1, 1], [0.45, 1]], area_m2: 140 }',
      '    lines:',
      '      - { id: gate, points: [[0.5, 0.3], [0.5, 0.9]] }',
      '    rules:',
      '      - { id: no-tracks, event: forbidden_zone, zone: tracks }',
      '      - { id: too-full, event: density, zone: platform, limit: { per_m2: 2.5 }, for: 10s }',
    ]),
  ].join('\n');
  return parseSite(text, { file: `${id}.yaml`, dev: true });
}

/** A station over a log of its own; `stop` and `again` for servers that go away and come back at the same port. */
export async function startServer(
  site: Site,
  gatekeeper?: Gatekeeper,
  options: Partial<StationOptions> = {},
  log: Log = openMemoryLog(),
) {
  await createTopics(log);
  const partitions = await partitionsByCamera(log);
  const begin = (port: number): Promise<Station> =>
    startStation({
      log,
      site,
      pace: 'fast',
      loop: false,
      shared: false,
      host: '127.0.0.1',
      port,
      ...(gatekeeper && { gatekeeper }),
      ...options,
    });
  let station = await begin(0);
  const { port, address } = station.serving;
  const client = gatekeeper === undefined ? openClient(address) : undefined;
  let raised = 0;
  return {
    log,
    site,
    address,
    /** Of the development identity. */
    client,
    get station() {
      return station;
    },
    /** Puts candidates on the log, as detect would, and returns them. */
    async raise(...wishes: readonly Partial<Candidate>[]): Promise<Candidate[]> {
      const found = wishes.map((one) => candidateOf(site, ++raised, one));
      await log.append(
        found.map((candidate) => {
          const key = cameraKey(candidate.site, candidate.camera);
          const partition = partitionFor(key, partitions);
          return { topic: TOPICS.candidates, partition, key, value: encodeCandidate(candidate) };
        }),
      );
      return found;
    },
    async goAway() {
      await station.stop();
    },
    async comeBack() {
      station = await begin(port);
    },
    async stop() {
      client?.close();
      await station.stop();
      await log.close();
    },
  };
}

function candidateOf(site: Site, number: number, wish: Partial<Candidate>): Candidate {
  const nowMs = Date.now();
  const camera = wish.camera ?? site.cameras[number % site.cameras.length]!.id;
  const at = { site: site.id, camera, epoch: wish.epoch ?? nowMs };
  const rule = wish.rule ?? 'no-tracks';
  return {
    id: candidateId(at, rule, number),
    ...at,
    siteKind: site.kind,
    type: 'forbidden_zone',
    rule,
    ruleVersion: 1,
    severity: 'high',
    place: 'tracks',
    phase: 'begin',
    revision: 0,
    beganFrame: number,
    beganAtMs: nowMs,
    frame: number,
    atMs: nowMs,
    region: { x0: 0.1, y0: 0.4, x1: 0.3, y1: 0.8 },
    score: 0.7,
    explanation: "1 person in 'tracks' for 3.0 s, limit 0.5 s",
    findings: [{ name: 'dwell', value: 3, limit: 0.5, unit: 's' }],
    build: 'test',
    ...wish,
  };
}

export interface TokenWish {
  readonly role: Role;
  /** Default: `a ROLE`. */
  readonly name?: string;
  /** By which it can be revoked. Default: `id-of-ROLE`. */
  readonly id?: string;
  readonly sites?: 'all' | readonly string[];
  readonly events?: 'all' | readonly EventType[];
  /** How long it is good, ms. Default: an hour. */
  readonly goodMs?: number;
}

/** A register in a folder of its own, and the key to sign for it. */
export async function identities() {
  const folder = await mkdtemp(join(tmpdir(), 'vigie-console-'));
  const file = (name: string) => join(folder, name);
  const pair = await makeKeyPair('ed25519');
  const revoked: string[] = [];
  const register = () =>
    writeFile(file('identities.yaml'), `keys: tokens.jwks\nrevoked: ${JSON.stringify(revoked)}\n`);
  await writeFile(file('tokens.jwks'), JSON.stringify({ keys: [pair.publicJwk] }));
  await register();
  let changes = 0;
  const gatekeeper = await Gatekeeper.open(file('identities.yaml'), {
    lookMs: 20,
    onChange: () => changes++,
  });
  return {
    gatekeeper,
    token({ role, name = `a ${role}`, id = `id-of-${role}`, ...wish }: TokenWish): Promise<string> {
      const { sites = 'all', events = 'all', goodMs = 3_600_000 } = wish;
      const nowMs = Date.now();
      const habilitation = { from: '2020-01-01', to: '2099-12-31' };
      return signToken(JSON.stringify(pair.privateJwk), 'test', {
        issuer: 'vigie',
        audience: 'vigie',
        subject: name,
        id,
        issuedAtMs: nowMs,
        expiresAtMs: nowMs + goodMs,
        claims: { vigie: { role, sites, events, habilitation } },
      });
    },
    async revoke(id: string) {
      const before = changes;
      revoked.push(id);
      await register();
      while (changes === before) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    async close() {
      gatekeeper.close();
      await rm(folder, { recursive: true });
    },
  };
}
