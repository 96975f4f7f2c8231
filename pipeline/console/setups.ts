/** What cameras watch for: in force, every version, what a draft would have claimed, and a new version in its author's name. */
import type { CameraSetup as StoredSetup } from '../model.ts';
import type { CameraSetup, Preview, SaveAnswer, SetupText } from './api.ts';
import { ID_LENGTH_MAX } from './decide.ts';
import { ApiError } from './errors.ts';
import { bad, objectIn, optionalTextIn, textIn } from './reading.ts';
import type { Session } from './sessions.ts';

const NOTE_LENGTH_MAX = 2_000;

export async function setupsOf(session: Session, site: string): Promise<readonly CameraSetup[]> {
  const { client } = await session.connections.of(site);
  return (await client.getSetups(site)).map(shownSetup);
}

export async function versionsOf(
  session: Session,
  site: string,
  camera: string,
): Promise<readonly CameraSetup[]> {
  const { client } = await session.connections.of(site);
  return (await client.listSetups(site, camera)).map(shownSetup);
}

export async function preview(session: Session, body: unknown, left: AbortSignal): Promise<Preview> {
  const draft = draftIn(body);
  const backMs = wholeIn(objectIn(body, 'the draft').backMs, 'backMs');
  const { client } = await session.connections.of(draft.site);
  return client.previewSetup({ ...draft, backMs }, left);
}

/** A reversal is a save too: the text of the version before, and which that was. */
export async function save(session: Session, body: unknown): Promise<SaveAnswer> {
  const draft = draftIn(body);
  const { basedOn, note: noted, revertsTo } = objectIn(body, 'the draft');
  const note = optionalTextIn(noted, 'note', NOTE_LENGTH_MAX);
  const { client } = await session.connections.of(draft.site);
  const { faults, setup } = await client.saveSetup({
    ...draft,
    basedOn: wholeIn(basedOn, 'basedOn'),
    author: { name: session.name, role: session.role },
    ...(note !== undefined && { note }),
    ...(revertsTo !== undefined && { revertsTo: wholeIn(revertsTo, 'revertsTo') }),
  });
  return { faults, ...(setup !== undefined && { saved: shownSetup(setup) }) };
}

export function shownSetup(setup: StoredSetup): CameraSetup {
  const { site, camera, version, text, author, savedAtMs, holdsFromMs, note, revertsTo } = setup;
  return {
    site,
    camera,
    version,
    setup: setupIn(text),
    // What the site file says, nobody saved.
    ...(version > 0 && { savedAtMs, holdsFromMs }),
    ...(author !== undefined && { author }),
    ...(note !== undefined && { note }),
    ...(revertsTo !== undefined && { revertsTo }),
  };
}

function setupIn(text: string): SetupText {
  try {
    const { zones = [], lines = [], rules = [] } = JSON.parse(text) as Partial<SetupText>;
    return { zones, lines, rules };
  } catch {
    throw new ApiError(500, 'setup_unreadable', 'the server sent a setup that is no JSON');
  }
}

/** Whether it means anything is for the server to say, which knows every fault. */
function draftIn(body: unknown): { readonly site: string; readonly camera: string; readonly text: string } {
  const { site, camera, setup } = objectIn(body, 'the draft');
  return {
    site: textIn(site, 'site', ID_LENGTH_MAX),
    camera: textIn(camera, 'camera', ID_LENGTH_MAX),
    text: JSON.stringify(objectIn(setup, 'setup')),
  };
}

function wholeIn(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw bad(`${what} is no whole number from 0`);
}
