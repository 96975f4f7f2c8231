/**
 * Everything that an object holds, private fields included, as plain data that can be compared. The engine's inspector
 * sees what the language hides, so a field that somebody adds to a class is seen here without being told.
 */
import { type Runtime, Session } from 'node:inspector';

/** By path: `#states/0/value/#epoch`. Numbers are texts, so that -0 and NaN are told apart; functions are left out. */
export type Inside = ReadonlyMap<string, string>;

/** The paths at which two differ, with both values. */
export function differences(found: Inside, wanted: Inside): readonly string[] {
  const paths = new Set([...found.keys(), ...wanted.keys()]);
  return [...paths]
    .filter((path) => found.get(path) !== wanted.get(path))
    .map((path) => `${path}: ${shortened(found.get(path))}, expected ${shortened(wanted.get(path))}`);
}

function shortened(value = 'nothing'): string {
  return value.length > 100 ? `${value.slice(0, 100)}...` : value;
}

/** Fields that are no state: what a stage was made with, and what follows from other fields and is found when asked for. */
const NO_STATE = new Set([
  ...['#site', '#cameras', '#camera', '#rule', '#zone', '#lines', '#shapes', '#courses', 'rule', 'mask'],
  ...['#line', '#fill'],
]);

export function inside(object: object): Inside {
  const session = new Session();
  session.connect();
  const shared = globalThis as { lookedInto?: object };
  shared.lookedInto = object;
  try {
    const { result } = ask<Runtime.EvaluateReturnType>(session, 'Runtime.evaluate', {
      expression: 'lookedInto',
    });
    const found = new Map<string, string>();
    look(session, result, '', found);
    return found;
  } finally {
    delete shared.lookedInto;
    session.disconnect();
  }
}

function look(
  session: Session,
  value: Runtime.RemoteObject | undefined,
  path: string,
  into: Map<string, string>,
): void {
  if (value === undefined || value.type === 'function') return;
  if (value.type === 'number') into.set(path, value.unserializableValue ?? String(value.value));
  else if (value.objectId === undefined) into.set(path, JSON.stringify(value.value) ?? 'undefined');
  else if (value.subtype === 'typedarray') into.set(path, elements(session, value.objectId));
  else
    for (const [name, held] of propertiesOf(session, value.objectId, value.subtype === 'map'))
      if (!NO_STATE.has(name)) look(session, held, `${path}/${name}`, into);
}

function propertiesOf(
  session: Session,
  objectId: string,
  isMap: boolean,
): readonly (readonly [string, Runtime.RemoteObject | undefined])[] {
  const { result, privateProperties, internalProperties } = ask<Properties>(
    session,
    'Runtime.getProperties',
    {
      objectId,
      ownProperties: true,
    },
  );
  const entries = internalProperties?.filter(({ name }) => name === '[[Entries]]') ?? [];
  const own = isMap ? [] : [...result, ...(privateProperties ?? [])];
  return [...own, ...entries]
    .filter(({ name }) => name !== '__proto__')
    .map(({ name, value }) => [name, value] as const);
}

function elements(session: Session, objectId: string): string {
  const { result } = ask<Runtime.CallFunctionOnReturnType>(session, 'Runtime.callFunctionOn', {
    objectId,
    functionDeclaration:
      'function () { return Array.from(this, (v) => Object.is(v, -0) ? "-0" : String(v)).join(); }',
    returnByValue: true,
  });
  return String(result.value);
}

interface Properties {
  readonly result: Runtime.PropertyDescriptor[];
  readonly privateProperties?: { readonly name: string; readonly value?: Runtime.RemoteObject }[];
  readonly internalProperties?: Runtime.InternalPropertyDescriptor[];
}

/** The session of the own thread answers before `post` returns. */
function ask<Answer>(session: Session, method: string, what: object): Answer {
  let answer: object | undefined;
  let failed: Error | null = null;
  session.post(method, what, (error, result) => {
    failed = error;
    answer = result;
  });
  if (answer === undefined) throw failed ?? new Error(`${method} gave no answer`);
  return answer as Answer;
}
