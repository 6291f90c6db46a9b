/**
 * How long the caller lets a search go on that gets better with time. The searches have no clock of
 * their own: whoever has one makes the budget. Answers that depend on it are not reproducible.
 */
export interface Budget {
  /** Whether the search must end with the best it has. Cheap: it is asked often. */
  readonly isSpent: () => boolean;
}
