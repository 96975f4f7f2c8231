import { loadRdkafka } from '../../pipeline/log/rdkafka/client.ts';

/**
 * Parts that a machine may lack (a real Kafka, the footage, a browser, ffmpeg). A suite that needs one skips with
 * one visible line that says what is missing, unless VIGIE_REQUIRE names the part: then the absence is a failure.
 */
export type Part = 'kafka' | 'kcat' | 'node-rdkafka' | 'footage' | 'browser' | 'ffmpeg' | 'python';

/** true: present, run. false: absent, skip (already said so). Throws when required and absent. */
export function havePart(part: Part, present: boolean, why: string): boolean {
  if (present) return true;
  const required = (process.env.VIGIE_REQUIRE ?? '').split(',').map((name) => name.trim());
  if (required.includes(part)) throw new Error(`VIGIE_REQUIRE names '${part}', but ${why}`);
  process.stderr.write(`skipped: ${part}: ${why}\n`);
  return false;
}

/** The native Kafka client is an optional dependency that is built when it is installed. */
export function haveRdkafka(): boolean {
  try {
    loadRdkafka();
    return havePart('node-rdkafka', true, '');
  } catch (error) {
    return havePart('node-rdkafka', false, (error as Error).message);
  }
}
