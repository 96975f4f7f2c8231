/**
 * Steps that the rules of a camera take alike: at whichever sensitivity, they see the same frames and follow the same
 * bodies. The first to come from a state takes the step; the others, who come from that very state, are given its result.
 */

/** `step` is a pure function; what it gives is shared, so nobody changes it. */
export function once<State extends object, Input extends object>(
  step: (before: State, input: Input) => State,
): (before: State, input: Input) => State {
  const taken = new WeakMap<State, { readonly input: Input; readonly after: State }>();
  return (before, input) => {
    const known = taken.get(before);
    if (known?.input === input) return known.after;
    const after = step(before, input);
    taken.set(before, { input, after });
    return after;
  };
}
