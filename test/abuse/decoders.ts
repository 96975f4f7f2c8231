/** The decoders against mutants of every honest message, with the checks that no test has time for. */
import { withoutAgentName } from '../../pipeline/serve/identity/redact.ts';
import { DecodeError, decodeEvent } from '../../proto/messages.ts';
import { samples } from '../proto/samples.ts';
import { random } from '../support/random.ts';
import { mutant } from './mutants.ts';

export interface Decoded {
  readonly messages: number;
  readonly taken: number;
  readonly refused: number;
  /** Neither a value nor a DecodeError, or an event that kept its agent's name; with the bytes. */
  readonly broken: readonly string[];
}

export function fuzzDecoders(messages: number, seed: number): Decoded {
  const chance = random(seed);
  const honest = samples.map(({ encode }) => Uint8Array.from(encode()));
  const broken: string[] = [];
  let taken = 0;
  for (let round = 0; round < messages; round++) {
    const bytes = mutant(honest, chance);
    const { decode, message } = samples[chance.below(samples.length)]!;
    try {
      decode(bytes);
      taken++;
    } catch (error) {
      if (!(error instanceof DecodeError)) broken.push(told(message, bytes, error));
    }
    const why = nameKept(bytes);
    if (why !== undefined) broken.push(told('Event', bytes, why));
  }
  return { messages, taken, refused: messages - taken, broken };
}

/** Whatever decodes as an event must lose the name, or fail; it is sent as it comes out of there. */
function nameKept(bytes: Uint8Array): string | undefined {
  try {
    if (decodeEvent(bytes).verdict.by.name === '') return undefined;
  } catch {
    return undefined;
  }
  try {
    const left = decodeEvent(withoutAgentName(bytes)).verdict.by.name;
    return left === '' ? undefined : `kept the name '${left}'`;
  } catch {
    return undefined;
  }
}

function told(message: string, bytes: Uint8Array, error: unknown): string {
  return `${message} ${Buffer.from(bytes).toString('hex').slice(0, 400)}: ${String(error)}`;
}
