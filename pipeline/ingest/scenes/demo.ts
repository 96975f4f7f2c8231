/**
 * The station that `npm start` shows: five rendered cameras, as the text of a site file.
 */
import { renderedSite } from './site.ts';

/** Text of a site.yaml. Something happens on every camera once in its period; the first within half a minute. */
export function demoSite(): string {
  return renderedSite('gare-exemple', [
    { id: 'quai-a-01', source: 'scene:platform?seed=12&type=forbidden_zone&period=95' },
    { id: 'quai-b-01', source: 'scene:platform?seed=14&type=density&period=120' },
    { id: 'couloir-01', source: 'scene:corridor?seed=3&type=wrong_way&period=70&people=0.3' },
    { id: 'couloir-02', source: 'scene:corridor?seed=8&type=wrong_way&period=110&people=0.2' },
    { id: 'voie-01', source: 'scene:tracks?seed=5&type=forbidden_zone&period=85&people=0.3' },
  ]);
}
