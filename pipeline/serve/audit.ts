/** What serve asks of the audit. The wiring implements it with the log. */
import type { AuditEntry } from '../model.ts';

export interface AuditTrail {
  /** Resolves when the entry is durable; rejects when it will not be. */
  write(entry: AuditEntry): Promise<void>;
}

/** For servers whose audit nobody asked for: tests, benches. */
export const NO_AUDIT: AuditTrail = { write: async () => {} };
