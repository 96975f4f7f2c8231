import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedLog } from '../../pipeline/log/embedded.ts';
import { logContract } from './contract.ts';

function newDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'vigie-log-'));
}

logContract('embedded', async () => {
  const directory = newDirectory();
  const log = await openEmbeddedLog({ directory });
  return {
    log,
    other: log,
    dropBefore: async (at, offset) => void (await log.dropBefore(at, offset)),
    cleanup: async () => {
      await log.close();
      rmSync(directory, { recursive: true });
    },
  };
});
