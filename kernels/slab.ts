/**
 * Memory: everything above the module's static data is one arena that the host reserves once and divides itself.
 */

/** First free byte above static data, aligned to 64. */
export function heapBase(): usize {
  return (__heap_base + 63) & ~63;
}

/** Grows memory so that `bytes` bytes above heapBase() exist. Called once; 0 when the engine refuses. */
export function reserve(bytes: usize): i32 {
  const need = i32((heapBase() + bytes + 0xffff) >>> 16);
  const have = memory.size();
  if (need <= have) return 1;
  return memory.grow(need - have) < 0 ? 0 : 1;
}
