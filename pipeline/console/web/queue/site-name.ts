import type { Candidate } from '../../../model.ts';
import type { SessionInfo } from '../../api.ts';

/** As people call it. */
export function siteName({ site, siteName: own }: Candidate, { sites }: SessionInfo): string {
  return own ?? sites.find(({ id }) => id === site)?.name ?? site;
}
