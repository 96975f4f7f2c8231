/** What every page is given, and who may open it. */
import type { SessionInfo } from '../api.ts';
import type { Page } from './routes.ts';

export interface PageProps {
  readonly info: SessionInfo;
  /** What follows the page's name in the address. */
  readonly rest: readonly string[];
}

export function mayOpen({ may }: SessionInfo, page: Page): boolean {
  switch (page) {
    case 'queue':
      return may.decide;
    case 'network':
      return may.seeNetwork;
    case 'zones':
      return may.editZones;
    case 'statistics':
      return may.seeStatistics;
  }
}
