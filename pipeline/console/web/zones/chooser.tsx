import './chooser.css';
import { useEffect, useState } from 'preact/hooks';
import { type CameraSetup, PATHS, type SessionInfo } from '../../api.ts';
import { get } from '../calls.ts';
import { folded } from '../network/arrange.ts';
import { usePreferences } from '../preferences.ts';
import { href } from '../routes.ts';
import { sessionEnded } from '../session.ts';
import { Empty } from '../ui/empty.tsx';
import { useWords } from '../words/words.ts';
import { useFailure } from './failure.ts';
import { count } from './format.ts';
import { useZonesWords } from './words.ts';

interface ChooserProps {
  readonly info: SessionInfo;
  readonly site: string | undefined;
}

type Found = readonly CameraSetup[] | { readonly failed: unknown };

/** Every camera of the sites in scope, with what it has now. */
export function Chooser({ info, site }: ChooserProps) {
  const words = useZonesWords();
  const [text, setText] = useState('');
  const found = useSetups(info);
  const sites = info.sites.filter((one) => site === undefined || one.id === site);
  if (sites.length === 0) return <Empty title={words.noSite} />;
  const wanted = folded(text.trim());
  return (
    <div class="zones-chooser">
      <header>
        <div>
          <h1>{words.choose}</h1>
          <p class="quiet">{words.chooseHint}</p>
        </div>
        <label class="field">
          <span>{words.find}</span>
          <input type="search" value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
        </label>
      </header>
      {sites.map(({ id, name }) => (
        <section key={id} aria-label={name ?? id}>
          <h2>{name ?? id}</h2>
          <Cameras found={found.get(id)} wanted={wanted} named={`${id} ${name ?? ''}`} />
        </section>
      ))}
    </div>
  );
}

interface CamerasProps {
  readonly found: Found | undefined;
  readonly wanted: string;
  readonly named: string;
}

function Cameras({ found, wanted, named }: CamerasProps) {
  const words = useZonesWords();
  const all = useWords();
  const failure = useFailure();
  const { language } = usePreferences();
  if (found === undefined) return <p class="quiet">{all.loading}</p>;
  if ('failed' in found) return <p role="alert">{all.failed(failure(found.failed))}</p>;
  const shown = found.filter(
    ({ camera }) => folded(camera).includes(wanted) || folded(named).includes(wanted),
  );
  if (shown.length === 0) return <p class="quiet">{words.noCamera}</p>;
  return (
    <ul class="zones-cameras">
      {shown.map(({ site, camera, version, setup }) => (
        <li key={camera}>
          <a class="panel" href={href('zones', site, camera)}>
            <strong title={camera}>{camera}</strong>
            <span class="small quiet">
              {words.counts(
                count(language, setup.zones.length),
                count(language, setup.lines.length),
                count(language, setup.rules.length),
              )}
            </span>
            <span class="small quiet">
              {version === 0 ? words.asInFile : words.version(count(language, version))}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function useSetups({ sites }: SessionInfo): ReadonlyMap<string, Found> {
  const [found, setFound] = useState<ReadonlyMap<string, Found>>(new Map());
  useEffect(() => {
    const ended = new AbortController();
    const keep = (site: string, what: Found) =>
      ended.signal.aborted || setFound((before) => new Map(before).set(site, what));
    for (const { id } of sites) {
      get<readonly CameraSetup[]>(PATHS.setups, { site: id }, ended.signal).then(
        (setups) => keep(id, setups),
        (error) => ended.signal.aborted || sessionEnded(error) || keep(id, { failed: error }),
      );
    }
    return () => ended.abort();
  }, [sites]);
  return found;
}
