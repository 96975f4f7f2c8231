/** Who is behind a call, once the guard has let it in; handlers ask here and nowhere else. */
import { assert } from '../../errors.ts';
import { type Identity, outside } from '../../identity/identity.ts';
import type { EventType } from '../../model.ts';
import { CallError, status } from '../grpc.ts';

const callers = new WeakMap<object, Identity>();

/** A call that no guard has let in has no caller: a handler that was registered beside the guard fails, it does not serve. */
export function callerOf(call: object): Identity {
  const found = callers.get(call);
  assert(found !== undefined, 'a call reached its handler past the guard');
  return found;
}

export function setCaller(call: object, identity: Identity): void {
  callers.set(call, identity);
}

/** Throws PERMISSION_DENIED when something was asked for by name that is not in the caller's scope. */
export function requireScope(
  identity: Identity,
  asked: { readonly sites?: readonly string[]; readonly types?: readonly EventType[] },
): void {
  const found = outside(identity, asked);
  if (found.length === 0) return;
  throw new CallError(
    status.PERMISSION_DENIED,
    'outside_scope',
    `${found.slice(0, 5).join(', ')}: outside the scope of whoever calls`,
  );
}
