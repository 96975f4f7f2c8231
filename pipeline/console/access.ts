/**
 * What a person may do here, by the one table of roles and calls (identity/access.ts). The servers ask it again at every
 * call; asked here too, a page shows nothing that would be refused, and the development identity keeps its role.
 */
import { rowOf } from '../identity/access.ts';
import type { Role } from '../model.ts';
import type { SessionInfo } from './api.ts';
import { ApiError } from './errors.ts';

const DECIDE = 'vigie.v1.ReviewService/Decide';
const STATUS = 'vigie.v1.OperationService/Status';

export function allows(role: Role, call: string): boolean {
  const may = rowOf(call)?.may;
  return may !== undefined && (typeof may === 'string' || may.includes(role));
}

/** Throws ApiError `wrong_role`. */
export function requireRole({ role }: { readonly role: Role }, call: string): void {
  if (!allows(role, call)) throw new ApiError(403, 'wrong_role', `this is not for the role '${role}'`);
}

export function mayOf(role: Role): SessionInfo['may'] {
  return {
    decide: allows(role, DECIDE),
    seeNetwork: allows(role, STATUS),
    seeStatistics: allows(role, 'vigie.v1.StatisticsService/GetStatistics'),
    editZones: allows(role, 'vigie.v1.SetupService/SaveSetup'),
  };
}
