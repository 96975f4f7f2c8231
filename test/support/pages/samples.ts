/** What the pages are shown in tests and pictures: long names, accents, and every state. The same for the same seed. */
import type {
  CameraSetup,
  NetworkCamera,
  NetworkSite,
  SessionInfo,
  StatisticsRow,
} from '../../../pipeline/console/api.ts';
import { EVENT_TYPES, type Role, SITE_KINDS } from '../../../pipeline/model.ts';
import { random } from '../random.ts';

export const NOW_MS = Date.UTC(2026, 10, 28, 9, 30);
export const CSRF = 'a-token-of-this-session';

export function sessionInfo(role: Role = 'supervisor', nowMs = NOW_MS): SessionInfo {
  const isAuditor = role === 'auditor';
  return {
    name: 'Éloïse Lefèvre-Châtaigne',
    role,
    development: true,
    csrf: CSRF,
    untilMs: nowMs + 8 * 3_600_000,
    idleMs: 1_800_000,
    nowMs,
    sites: [
      { id: 'gare-exemple', name: 'Gare d’Exemple-les-Bains–Saint-Étienne-du-Rouvray', kind: 'station' },
      { id: 'ter-8812', name: 'TER 8812 Nîmes – Sète', kind: 'train' },
    ],
    types: EVENT_TYPES,
    may: {
      decide: !isAuditor,
      seeNetwork: true,
      seeStatistics: role !== 'agent',
      editZones: role === 'supervisor',
    },
    leaseMs: 60_000,
  };
}

const NAMES = [
  'Gare d’Évreux',
  'Gare de Sète',
  'Nîmes Centre',
  'Saint-Étienne-Châteaucreux',
  'Bâle',
  'Besançon',
];
const WHYS = {
  blind: ['covered', 'dark', 'frozen', 'lost'],
  moved: ['moved'],
  stopped: ['rtsp: 404 not found'],
};

/** A share of cameras is in each state; most are live. */
export function networkOf(sites: number, cameras: number, seed = 1): NetworkSite[] {
  const chance = random(seed).unit;
  return Array.from({ length: sites }, (_, at): NetworkSite => {
    const first = Math.floor((at * cameras) / sites);
    const count = Math.floor(((at + 1) * cameras) / sites) - first;
    return {
      site: `site-${String(at).padStart(3, '0')}`,
      name: `${NAMES[at % NAMES.length]} ${at + 1}`,
      kind: SITE_KINDS[at % SITE_KINDS.length]!,
      framesPerSecond: 5 * count,
      lagRecords: at % 7 === 3 ? 1_240 : 0,
      waiting: at % 4,
      claimed: at % 3 === 0 ? 1 : 0,
      outages: at % 11 === 5 ? ['rail.observations: the broker has not answered for 42 s'] : [],
      cameras: Array.from({ length: count }, (_one, index) => cameraOf(index, chance)),
    };
  });
}

export function cameraOf(index: number, chance: () => number, atMs = NOW_MS): NetworkCamera {
  const dice = chance();
  const state =
    dice > 0.1
      ? 'live'
      : (['late', 'blind', 'moved', 'stopped', 'starting', 'unknown'] as const)[Math.floor(dice * 60)]!;
  const whys = WHYS[state as keyof typeof WHYS];
  return {
    camera: index % 9 === 4 ? `quai-${index}-côté-voie-départ-grandes-lignes` : `quai-${index}`,
    state,
    ...(whys && { why: whys[Math.floor(chance() * whys.length)]! }),
    framesPerSecond: state === 'live' ? 4.8 + chance() * 0.4 : 0,
    observedAtMs: atMs - Math.floor(chance() * 3_000),
    zones:
      state === 'live'
        ? [
            { zone: 'quai', people: chance() * 40 },
            { zone: 'voies', people: chance() },
          ]
        : [{ zone: 'quai' }],
    candidates: chance() < 0.03 ? 1 + Math.floor(chance() * 3) : 0,
  };
}

export const SETUP: CameraSetup = {
  site: 'gare-exemple',
  camera: 'quai-a-01',
  version: 3,
  setup: {
    zones: [
      {
        id: 'voies',
        polygon: [
          [0, 0.6],
          [0.3, 0.45],
          [0.42, 0.45],
          [0.34, 1],
          [0, 1],
        ],
      },
      {
        id: 'quai-départ',
        polygon: [
          [0.46, 0.4],
          [1, 0.4],
          [1, 1],
          [0.4, 1],
        ],
        area_m2: 140,
      },
    ],
    lines: [
      {
        id: 'portillon',
        points: [
          [0.6, 0.35],
          [0.66, 0.9],
        ],
      },
    ],
    rules: [
      { id: 'hors-voies', event: 'forbidden_zone', zone: 'voies', for: '500ms' },
      { id: 'trop-plein', event: 'density', zone: 'quai-départ', limit: { per_m2: 2.5 }, for: '10s' },
      { id: 'sens-unique', event: 'wrong_way', zone: 'quai-départ', direction: [1, 0.2], for: '1500ms' },
      { id: 'entrée', event: 'wrong_way', line: 'portillon', allowed: 'left_to_right' },
      { id: 'feu', event: 'fire', severity: 'critical' },
    ],
  },
  author: { name: 'Éloïse Lefèvre-Châtaigne', role: 'supervisor' },
  savedAtMs: NOW_MS - 3_600_000,
  holdsFromMs: NOW_MS - 3_599_000,
  note: 'Quai élargi après les travaux',
};

export const VERSIONS: readonly CameraSetup[] = [
  SETUP,
  {
    ...SETUP,
    version: 2,
    setup: { ...SETUP.setup, lines: [], rules: SETUP.setup.rules.filter(({ line }) => line === undefined) },
    savedAtMs: NOW_MS - 3 * 86_400_000,
    note: 'Sens unique sur le quai',
    author: { name: 'Ada', role: 'supervisor' },
  },
  {
    site: SETUP.site,
    camera: SETUP.camera,
    version: 0,
    setup: { zones: [SETUP.setup.zones[0]!], lines: [], rules: [SETUP.setup.rules[0]!] },
  },
];

/** Days back from `untilMs`, three cameras, each with rules of its own. */
export function statisticsOf(days: number, untilMs = NOW_MS, seed = 1): StatisticsRow[] {
  const chance = random(seed).unit;
  const today = untilMs - (untilMs % 86_400_000);
  const rules = [
    ['gare-exemple', 'quai-a-01', 'forbidden_zone', 'hors-voies', 9],
    ['gare-exemple', 'quai-a-01', 'density', 'trop-plein', 3],
    ['gare-exemple', 'quai-b-02-côté-voie-départ-grandes-lignes', 'wrong_way', 'sens-unique', 5],
    ['ter-8812', 'voiture-3', 'person_on_ground', 'chute', 0.35],
  ] as const;
  return Array.from({ length: days }, (_, back) => today - back * 86_400_000).flatMap((dayMs) =>
    rules.flatMap(([site, camera, type, rule, mean]): StatisticsRow[] => {
      const raised = Math.round(chance() * 2 * mean);
      if (raised === 0) return [];
      const lapsed = chance() < 0.05 ? 1 : 0;
      const decided = raised - lapsed;
      const confirmed = Math.round(decided * (0.35 + chance() * 0.3));
      const rejectedFalse = Math.round((decided - confirmed) * chance());
      const rejectedIrrelevant = Math.round((decided - confirmed - rejectedFalse) * chance());
      const rejectedTest = decided - confirmed - rejectedFalse - rejectedIrrelevant;
      const decidedWithin = [0, 0, 0, 0, 0, 0, 0, 0, 0];
      for (let one = 0; one < decided; one++) decidedWithin[Math.floor(chance() ** 2 * 9)]!++;
      return [
        {
          site,
          camera,
          type,
          rule,
          dayMs,
          raised,
          confirmed,
          rejectedFalse,
          rejectedIrrelevant,
          rejectedTest,
          lapsed,
          reversed: chance() < 0.03 ? 1 : 0,
          decidedWithin,
        },
      ];
    }),
  );
}
