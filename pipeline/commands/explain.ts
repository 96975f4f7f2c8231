/** What went wrong, as a command says it. */
import { describeFault, InputError } from '../errors.ts';
import { LogFailure, UnknownTopicError } from '../log/port.ts';
import { plain } from '../operate/told.ts';
import { RpcError } from '../serve/client/rpc-error.ts';
import { BAD_INPUT, FAILED } from './command.ts';

/** Says what went wrong in words for people; returns the exit code. */
export function explain(error: unknown): number {
  if (error instanceof InputError) {
    for (const one of error.faults) process.stderr.write(`${one.code}: ${describeFault(one)}\n`);
    return BAD_INPUT;
  }
  if (error instanceof RpcError && error.status === 'UNAVAILABLE' && error.code === 'unavailable') {
    process.stderr.write(
      `server_unavailable: no server answers: ${plain(error.message)} (start one with: vigie start; name another with --server; say --tls or --tls-ca where it speaks TLS)\n`,
    );
    return FAILED;
  }
  if (error instanceof RpcError || error instanceof LogFailure) {
    process.stderr.write(`${error.code}: ${error.message}\n`);
    return FAILED;
  }
  if (error instanceof UnknownTopicError) {
    process.stderr.write(`topic_missing: ${error.message}\n`);
    return FAILED;
  }
  // A mistake of ours: the trace is for whoever mends it, when asked for.
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`failed: ${process.env.VIGIE_TRACE === undefined ? message : stack}\n`);
  return FAILED;
}
