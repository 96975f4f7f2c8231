/** A subscription whose place outlives its process: the token is kept after what came with it was done, never before. */
import type { VigieClient } from './client.ts';
import type { Delivery, SubscribeOptions } from './subscription.ts';

/** Where the resume token is kept between runs. */
export interface TokenKeeper {
  /** Undefined: nothing is kept yet. */
  read(): Promise<Uint8Array | undefined>;
  /** Whole or not at all. */
  write(token: Uint8Array): Promise<void>;
}

/**
 * Hands each delivery to `handle` and waits for it; 'enough' ends the subscription. What `handle` throws ends it too,
 * and the delivery comes again next time: at least once, and exactly once for whoever keeps the token together with
 * what was done. Throws RpcError when the server refuses for good.
 */
export async function subscribeKept(
  client: Pick<VigieClient, 'subscribe'>,
  options: SubscribeOptions,
  keeper: TokenKeeper,
  handle: (delivery: Delivery) => Promise<'enough' | undefined>,
): Promise<void> {
  const kept = options.resumeToken ?? (await keeper.read());
  const from = kept === undefined ? {} : { resumeToken: kept };
  for await (const delivery of client.subscribe({ ...options, ...from })) {
    const answer = await handle(delivery);
    if ('token' in delivery) await keeper.write(delivery.token);
    if (answer === 'enough') return;
  }
}
