/** State that outlives a component: a value, those who listen, and a hook that draws anew only when its part changed. */
import { useEffect, useState } from 'preact/hooks';

export class Store<State> {
  #state: State;
  readonly #listeners = new Set<() => void>();

  constructor(state: State) {
    this.#state = state;
  }

  get(): State {
    return this.#state;
  }

  set(next: State): void {
    if (Object.is(next, this.#state)) return;
    this.#state = next;
    for (const listener of [...this.#listeners]) listener();
  }

  update(change: (state: State) => State): void {
    this.set(change(this.#state));
  }

  /** Returns the way out. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** `pick` must give the same value for the same state: what it makes anew is drawn anew. */
export function useStore<State, Part>(store: Store<State>, pick: (state: State) => Part): Part {
  const part = pick(store.get());
  const [, redraw] = useState(0);
  useEffect(() => {
    let shown = pick(store.get());
    // What changed between drawing and listening is not missed.
    if (!Object.is(shown, part)) redraw((count) => count + 1);
    return store.watch(() => {
      const next = pick(store.get());
      if (Object.is(next, shown)) return;
      shown = next;
      redraw((count) => count + 1);
    });
  }, [store]);
  return part;
}
