/**
 * Who may call what. This table is the rule and its documentation; a call without a row is refused to everybody.
 *
 * Within a call, the scope decides: sites, event types, whether agents are named (identity.ts).
 *
 * | role       | is                                                                                     |
 * |------------|----------------------------------------------------------------------------------------|
 * | producer   | a machine that delivers frames                                                         |
 * | agent      | a person who decides about candidates; habilitated from a day to a day                 |
 * | subscriber | a system that acts on verified events: control room, passenger information, incidents  |
 * | supervisor | a person who answers for the agents: decides as they do, sees events and the operation |
 * | auditor    | a person who may look at what was decided and by whom, and decides nothing             |
 */
import type { Role } from '../model.ts';

export interface Row {
  /** Service and method of a gRPC call, or `http` and a word for what the console offers. */
  readonly call: string;
  /** `public`: without any credentials. `known`: any role, but known. */
  readonly may: 'public' | 'known' | readonly Role[];
  readonly what: string;
}

const row = (call: string, may: Row['may'] | Role, what: string): Row => ({
  call,
  may: may === 'public' || may === 'known' || typeof may !== 'string' ? may : [may],
  what,
});

export const ACCESS: readonly Row[] = [
  row('vigie.v1.EventService/Subscribe', ['subscriber', 'supervisor', 'auditor'], 'verified events, live'),
  row('vigie.v1.EventService/Get', ['subscriber', 'supervisor', 'auditor'], 'one verified event'),
  row('vigie.v1.EventService/List', ['subscriber', 'supervisor', 'auditor'], 'verified events of the past'),
  row(
    'vigie.v1.ObservationService/Watch',
    ['subscriber', 'agent', 'supervisor'],
    'counts of people, no claims',
  ),
  row('vigie.v1.ObservationService/GetHistory', ['agent', 'supervisor'], 'counts of the last hour'),
  row('vigie.v1.ReviewService/ListCandidates', ['agent', 'supervisor', 'auditor'], 'claims not yet verified'),
  row('vigie.v1.ReviewService/WatchCandidates', ['agent', 'supervisor'], 'the same, live'),
  row('vigie.v1.ReviewService/Decide', ['agent', 'supervisor'], 'claim, confirm, reject, reverse'),
  row('vigie.v1.ClipService/GetClip', ['agent', 'supervisor'], 'the seconds around a claim, in the audit'),
  row('vigie.v1.ClipService/GetPicture', ['agent', 'supervisor'], 'what a camera sees now, in the audit'),
  row('vigie.v1.ClipService/Deliver', 'producer', 'clips from the edge that holds them'),
  row('vigie.v1.SetupService/GetSetups', ['agent', 'supervisor', 'auditor'], 'what cameras watch for'),
  row('vigie.v1.SetupService/ListSetups', ['agent', 'supervisor', 'auditor'], 'the same, every version'),
  row('vigie.v1.SetupService/PreviewSetup', 'supervisor', 'what a draft would have claimed'),
  row('vigie.v1.SetupService/SaveSetup', 'supervisor', 'set what a camera watches for'),
  row(
    'vigie.v1.StatisticsService/GetStatistics',
    ['supervisor', 'auditor'],
    'what became of claims, by camera and day',
  ),
  row('vigie.v1.IngestService/Push', 'producer', 'frames'),
  row('vigie.v1.OperationService/Status', ['supervisor', 'auditor'], 'how the installation is doing'),
  // Whoever has a name may hear it; a console asks who it is that logs in.
  row('vigie.v1.OperationService/WhoAmI', 'known', 'whom the server takes its caller for'),
  // Load balancers and start-up checks ask without credentials; the answer is one word.
  row('grpc.health.v1.Health/Check', 'public', 'whether it serves'),
  row('grpc.health.v1.Health/Watch', 'public', 'the same, live'),
  row('grpc.reflection.v1.ServerReflection/ServerReflectionInfo', 'known', 'the schema'),
  row('grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo', 'known', 'the schema'),
];

const ROWS: ReadonlyMap<string, Row> = new Map(ACCESS.map((one) => [one.call, one]));

/** Undefined: nobody may. */
export function rowOf(call: string): Row | undefined {
  return ROWS.get(call);
}
