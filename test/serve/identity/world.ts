/** A server that asks who calls: a register in a folder of its own, and tokens for whoever a test needs. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Gatekeeper } from '../../../pipeline/identity/gatekeeper.ts';
import { type KeyPair, makeKeyPair, signToken } from '../../../pipeline/identity/jwt.ts';
import type { AuditEntry, EventType, Role } from '../../../pipeline/model.ts';
import { openClient, RpcError } from '../../../pipeline/serve/client/client.ts';
import type { ServeOptions } from '../../../pipeline/serve/serve.ts';
import { BEGAN_MS, OBSERVED, openWorld } from '../world.ts';

export const HABILITATED = { from: '2026-01-01', to: '2027-12-31' };

export interface Wish {
  readonly role: Role;
  readonly name?: string;
  readonly sites?: 'all' | readonly string[];
  readonly events?: 'all' | readonly EventType[];
  readonly agentNames?: boolean;
  readonly untilMs?: number;
  readonly habilitation?: { readonly from: string; readonly to: string };
  readonly id?: string;
  readonly by?: KeyPair;
}

export type IdentityWorld = Awaited<ReturnType<typeof openIdentityWorld>>;

export async function openIdentityWorld(
  options: Partial<ServeOptions> & { readonly register?: string } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'vigie-identity-'));
  const file = (name: string) => join(folder, name);
  const pair = await makeKeyPair('ed25519');
  const putKeys = (...pairs: readonly KeyPair[]) =>
    writeFile(file('tokens.jwks'), JSON.stringify({ keys: pairs.map(({ publicJwk }) => publicJwk) }));
  const putRegister = (more = '') => writeFile(file('identities.yaml'), `keys: tokens.jwks\n${more}\n`);
  await putKeys(pair);
  await putRegister(options.register);
  const clock = { nowMs: BEGAN_MS + 60_000 };
  const faults: Error[] = [];
  let changes = 0;
  const gatekeeper = await Gatekeeper.open(file('identities.yaml'), {
    lookMs: 20,
    onChange: () => changes++,
    onFault: (error) => faults.push(error),
  });
  const audited: AuditEntry[] = [];
  const failures: unknown[] = [];
  const world = await openWorld({
    gatekeeper,
    observations: OBSERVED,
    sweepMs: 20,
    audit: {
      write: async (entry) => {
        audited.push(entry);
      },
    },
    now: () => clock.nowMs,
    onFailure: (error) => failures.push(error),
    ...options,
  });
  const clients = new Set<{ close(): void }>();

  async function token(wish: Wish): Promise<string> {
    const { role, sites = 'all', events = 'all', agentNames } = wish;
    const habilitation = wish.habilitation ?? HABILITATED;
    return signToken(JSON.stringify((wish.by ?? pair).privateJwk), 'test', {
      issuer: 'vigie',
      audience: 'vigie',
      subject: wish.name ?? `a ${role}`,
      id: wish.id ?? `id-of-${role}`,
      issuedAtMs: clock.nowMs,
      expiresAtMs: wish.untilMs ?? clock.nowMs + 3_600_000,
      claims: {
        vigie: { role, sites, events, habilitation, ...(agentNames && { agent_names: agentNames }) },
      },
    });
  }

  function clientWith(bearer: string | undefined) {
    const client = openClient(world.serving.address, bearer === undefined ? {} : { bearer: () => bearer });
    clients.add(client);
    return client;
  }

  return {
    ...world,
    folder,
    file,
    pair,
    clock,
    gatekeeper,
    audited,
    failures,
    faults,
    putKeys,
    putRegister,
    token,
    clientWith,
    as: async (wish: Wish) => clientWith(await token(wish)),
    changes: () => changes,
    /** Writes, and waits until the server has taken it. */
    async changed(write: () => Promise<unknown>) {
      const before = changes;
      await write();
      while (changes === before) await pause(5);
    },
    read: (name: string) => readFile(file(name), 'utf8'),
    async close() {
      for (const client of clients) client.close();
      await world.close();
      gatekeeper.close();
      await rm(folder, { recursive: true });
    },
  };
}

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** `UNAUTHENTICATED credentials_missing`, or what came instead of a refusal. */
export async function refusal(asked: Promise<unknown>): Promise<unknown> {
  try {
    return { answered: await asked };
  } catch (error) {
    return error instanceof RpcError ? `${error.status} ${error.code}` : error;
  }
}
