/** Something that must never be found, and where it was. */
export interface Violation {
  /** Stable, lower_snake_case. */
  readonly code: string;
  /** An id, a place on the log or a subscriber. */
  readonly at: string;
  readonly message: string;
}
