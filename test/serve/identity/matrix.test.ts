/** Every RPC of the schema, with every role and with none, against the table, over a real server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS, rowOf } from '../../../pipeline/identity/access.ts';
import { ROLES } from '../../../pipeline/model.ts';
import { everyRpc, rawCall } from './raw.ts';
import { type IdentityWorld, openIdentityWorld } from './world.ts';

let world: IdentityWorld;
beforeAll(async () => {
  world = await openIdentityWorld();
});
afterAll(() => world.close());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const rpcs = everyRpc();
const rolesOf = (call: string) => {
  const may = rowOf(call)?.may;
  return typeof may === 'object' ? may : may === 'known' ? ROLES : [];
};

describe('the table', () => {
  it('has a row for every RPC of the schema', () => {
    expect(rpcs.length).toBeGreaterThanOrEqual(4);
    expect(rpcs.filter((call) => rowOf(call) === undefined)).toEqual([]);
  });
  it('lets nobody into anything of ours without a name, and names no call twice', () => {
    const ours = ACCESS.filter(({ call }) => call.startsWith('vigie.'));
    expect(ours.filter(({ may }) => may === 'public')).toEqual([]);
    expect(new Set(ACCESS.map(({ call }) => call)).size).toBe(ACCESS.length);
  });
  it('keeps to what the roles are', () => {
    const of = (role: string) =>
      ACCESS.filter(({ may }) => typeof may === 'object' && may.some((one) => one === role)).map(
        ({ call }) => call.split('/')[1],
      );
    expect(of('producer')).toEqual(['Deliver', 'Push']);
    expect(of('subscriber')).toEqual(['Subscribe', 'Get', 'List', 'Watch']);
    for (const role of ['subscriber', 'auditor', 'producer']) expect(of(role)).not.toContain('Decide');
  });
});

describe.each(rpcs)('%s', (call) => {
  it.each(rolesOf(call).map((role) => [role]))('lets in: %s', async (role) => {
    const answer = await rawCall(world.serving.address, call, bearer(await world.token({ role })));
    // Whatever the empty message deserves, it is not for want of a right.
    expect(answer.status).not.toMatch(
      /^(UNAUTHENTICATED|PERMISSION_DENIED|UNIMPLEMENTED|RESOURCE_EXHAUSTED)$/,
    );
  });
  it.each(ROLES.filter((role) => !rolesOf(call).includes(role)).map((role) => [role]))(
    'refuses: %s',
    async (role) => {
      const answer = await rawCall(world.serving.address, call, bearer(await world.token({ role })));
      expect(answer).toMatchObject({ status: 'PERMISSION_DENIED', code: 'wrong_role' });
    },
  );
  it('refuses who does not say who they are', async () => {
    const answer = await rawCall(world.serving.address, call);
    expect(answer).toMatchObject({ status: 'UNAUTHENTICATED', code: 'credentials_missing' });
  });
});

describe('beside ours', () => {
  it('health is answered to everybody', async () => {
    expect(await rawCall(world.serving.address, 'grpc.health.v1.Health/Check')).toMatchObject({
      status: 'OK',
    });
  });
  it('the schema is told to whoever has a name', async () => {
    const call = 'grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    // ServerReflectionRequest.list_services = 7
    const ask = Buffer.from([0x3a, 0x01, 0x2a]);
    const token = await world.token({ role: 'producer' });
    expect(await rawCall(world.serving.address, call, bearer(token), ask)).toMatchObject({ status: 'OK' });
    expect(await rawCall(world.serving.address, call, {}, ask)).toMatchObject({ status: 'UNAUTHENTICATED' });
  });
});
