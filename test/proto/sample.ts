/** A value of a message, and how it goes over the wire and back. */
export interface Sample {
  readonly message: string;
  readonly value: unknown;
  readonly encode: () => Uint8Array;
  readonly decode: (bytes: Uint8Array) => unknown;
}

export function sample<T>(
  message: string,
  value: T,
  encode: (value: T) => Uint8Array,
  decode: (bytes: Uint8Array) => T,
): Sample {
  return { message, value, encode: () => encode(value), decode };
}
