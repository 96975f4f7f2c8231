/** What is chosen, in full: a camera, a site, or the network as a whole. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { NetworkCamera, SessionInfo } from '../../api.ts';
import { usePreferences } from '../preferences.ts';
import { href } from '../routes.ts';
import { serverNowMs } from '../session.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { useWords } from '../words/words.ts';
import { type CameraState, cameraNeedsAttention, siteNeedsAttention } from './arrange.ts';
import { age, number } from './format.ts';
import { StateIcon } from './icon.tsx';
import type { KnownSite } from './state.ts';
import { whyInWords } from './tile.tsx';
import type { Selection } from './tiles.tsx';
import { useNetworkWords } from './words.ts';

interface DetailsProps {
  readonly info: SessionInfo;
  readonly sites: readonly KnownSite[];
  readonly selection: Selection | undefined;
  readonly onClose: () => void;
}

const TONES: Readonly<Record<CameraState, Tone>> = {
  live: 'good',
  late: 'medium',
  blind: 'critical',
  moved: 'high',
  stopped: 'low',
  starting: 'low',
  unknown: 'low',
};

export function Details({ info, sites, selection, onClose }: DetailsProps) {
  const words = useNetworkWords();
  const site = sites.find((one) => one.site === selection?.site);
  const camera = site?.cameras[site.places.get(selection?.camera ?? '') ?? -1];
  return (
    <aside
      class="net-details panel"
      aria-label={words.details}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      {selection === undefined ? (
        <Whole sites={sites} />
      ) : site === undefined || (selection.camera !== undefined && camera === undefined) ? (
        <Head title={selection.camera ?? selection.site} onClose={onClose}>
          <p>{words.gone}</p>
        </Head>
      ) : camera === undefined ? (
        <SiteDetails site={site} onClose={onClose} />
      ) : (
        <CameraDetails info={info} site={site} camera={camera} onClose={onClose} />
      )}
    </aside>
  );
}

interface HeadProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

function Head({ title, onClose, children }: HeadProps) {
  const words = useNetworkWords();
  return (
    <>
      <div class="net-details-head">
        <h2>{title}</h2>
        <button type="button" class="button plain" aria-label={words.close} onClick={onClose}>
          <span aria-hidden="true">✕</span>
        </button>
      </div>
      {children}
    </>
  );
}

interface CameraDetailsProps {
  readonly info: SessionInfo;
  readonly site: KnownSite;
  readonly camera: NetworkCamera;
  readonly onClose: () => void;
}

function CameraDetails({ info, site, camera, onClose }: CameraDetailsProps) {
  const words = useNetworkWords();
  const all = useWords();
  const { language } = usePreferences();
  const { label } = words;
  const { state, why, framesPerSecond, observedAtMs, zones, candidates } = camera;
  return (
    <Head title={camera.camera} onClose={onClose}>
      <p>
        <Badge tone={TONES[state]}>
          <StateIcon state={state} /> {words.state[state]}
        </Badge>
      </p>
      <p class="small">{words.about[state]}</p>
      {site.away !== undefined && <p class="net-warning">{words.awayWhy(site.away)}</p>}
      <dl class="net-facts">
        {why !== undefined && state !== 'live' && why !== state && (
          <Fact label={label.why}>{whyInWords(why, all)}</Fact>
        )}
        <Fact label={label.site}>{site.name ?? site.site}</Fact>
        <Fact label={label.kind}>{all.siteKind[site.kind]}</Fact>
        <Fact label={label.frames}>
          {framesPerSecond === undefined ? words.notKnown : number(language, framesPerSecond, 1)}
        </Fact>
        <Fact label={label.seen}>
          {observedAtMs === undefined ? words.notKnown : <Age atMs={observedAtMs} />}
        </Fact>
        <Fact label={label.candidates}>{number(language, candidates)}</Fact>
      </dl>
      <People zones={zones} />
      <div class="net-links">
        {info.may.decide && candidates > 0 && (
          <a class="button" href={href('queue')}>
            {words.openQueue}
          </a>
        )}
        {info.may.editZones && (
          <a class="button" href={href('zones', site.site, camera.camera)}>
            {words.openZones}
          </a>
        )}
      </div>
    </Head>
  );
}

function People({ zones }: Pick<NetworkCamera, 'zones'>) {
  const words = useNetworkWords();
  const { language } = usePreferences();
  if (zones.length === 0) return <p class="small quiet">{words.noZones}</p>;
  const most = Math.max(1, ...zones.map(({ people }) => people ?? 0));
  return (
    <table class="net-people">
      <caption>{words.label.people}</caption>
      <thead class="hidden-but-read">
        <tr>
          <th scope="col">{words.label.zone}</th>
          <th scope="col">{words.label.number}</th>
        </tr>
      </thead>
      <tbody>
        {zones.map(({ zone, people }) => (
          <tr key={zone}>
            <th scope="row" title={zone}>
              {zone}
            </th>
            <td class="number">
              {people === undefined ? (
                <span class="quiet">{words.notKnown}</span>
              ) : (
                <>
                  <svg class="net-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                    <rect width={(100 * people) / most} height={8} />
                  </svg>
                  {number(language, people, people < 10 ? 1 : 0)}
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function SiteDetails({ site, onClose }: { readonly site: KnownSite; readonly onClose: () => void }) {
  const words = useNetworkWords();
  const all = useWords();
  const { language } = usePreferences();
  const { label } = words;
  const count = (value: number | undefined, digits = 0) =>
    value === undefined ? words.notKnown : number(language, value, digits);
  const needing = site.cameras.filter(cameraNeedsAttention).length;
  return (
    <Head title={site.name ?? site.site} onClose={onClose}>
      {site.away !== undefined && <p class="net-warning">{words.awayWhy(site.away)}</p>}
      <Outages outages={site.outages} />
      <p class="small">{needing === 0 ? words.whole.allWell : words.whole.needs(needing, count(needing))}</p>
      <dl class="net-facts">
        <Fact label={label.site}>{site.site}</Fact>
        <Fact label={label.kind}>{all.siteKind[site.kind]}</Fact>
        <Fact label={label.cameras}>{count(site.cameras.length)}</Fact>
        <Fact label={label.frames}>{count(site.framesPerSecond, 1)}</Fact>
        <Fact label={label.lag}>{count(site.lagRecords)}</Fact>
        <Fact label={label.waiting}>{count(site.waiting)}</Fact>
        <Fact label={label.claimed}>{count(site.claimed)}</Fact>
      </dl>
    </Head>
  );
}

function Outages({ outages }: Pick<KnownSite, 'outages'>) {
  const words = useNetworkWords();
  if (outages.length === 0) return null;
  return (
    <div class="net-warning">
      <h3>{words.label.outages}</h3>
      <ul>
        {outages.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    </div>
  );
}

function Whole({ sites }: { readonly sites: readonly KnownSite[] }) {
  const words = useNetworkWords();
  const { language } = usePreferences();
  const { label } = words;
  const sum = (of: (site: KnownSite) => number) => sites.reduce((total, site) => total + of(site), 0);
  const cameras = sum((site) => site.cameras.length);
  const needing = sum((site) => site.cameras.filter(cameraNeedsAttention).length);
  const count = (value: number) => number(language, value);
  return (
    <>
      <h2>{words.whole.title}</h2>
      <p>{needing === 0 ? words.whole.allWell : words.whole.needs(needing, count(needing))}</p>
      <dl class="net-facts">
        <Fact label={label.cameras}>
          {words.cameras(cameras, count(cameras))}, {words.sites(sites.length, count(sites.length))}
        </Fact>
        <Fact label={label.frames}>
          {number(
            language,
            sum((site) => site.framesPerSecond ?? 0),
            0,
          )}
        </Fact>
        <Fact label={label.lag}>{count(sum((site) => site.lagRecords ?? 0))}</Fact>
        <Fact label={label.waiting}>{count(sum((site) => site.waiting))}</Fact>
        <Fact label={label.claimed}>{count(sum((site) => site.claimed))}</Fact>
      </dl>
      {sites.filter(siteNeedsAttention).map((site) => (
        <div key={site.site} class="net-warning">
          <h3>{site.name ?? site.site}</h3>
          {site.away !== undefined && <p>{words.awayWhy(site.away)}</p>}
          <ul>
            {site.outages.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </div>
      ))}
      <p class="small quiet">{words.whole.hint}</p>
    </>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd class="number">{children}</dd>
    </div>
  );
}

function Age({ atMs }: { readonly atMs: number }) {
  const words = useNetworkWords();
  const { language } = usePreferences();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  return <>{words.ago(age(language, serverNowMs() - atMs))}</>;
}
