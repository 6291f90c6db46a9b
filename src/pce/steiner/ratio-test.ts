/**
 * What enters the basis in a step of the dual simplex method: of the `touched` variables, which the row of the tableau is not zero for, one
 * whose reduced cost would be the first to fall below zero; -1 if there is none. In two passes, of which the first
 * allows a little less than zero, so that the second may take the greatest pivot (Harris, Pivot Selection Methods of the
 * Devex LP Code, 1973). Linear; ties go to the first.
 */
export function enteringOf(
  touched: readonly number[],
  row: Float64Array,
  reduced: Float64Array,
): number {
  const most = allowedStep(touched, row, reduced);
  let best = -1;
  let pivot = LEAST_PIVOT;
  for (const variable of touched) {
    const fall = -(row[variable] ?? 0);
    if (fall <= pivot || (reduced[variable] ?? 0) > most * fall) continue;
    best = variable;
    pivot = fall;
  }
  return best;
}

function allowedStep(touched: readonly number[], row: Float64Array, reduced: Float64Array): number {
  let most = Number.POSITIVE_INFINITY;
  for (const variable of touched) {
    const fall = -(row[variable] ?? 0);
    if (fall <= LEAST_PIVOT) continue;
    most = Math.min(most, ((reduced[variable] ?? 0) + ALLOWED) / fall);
  }
  return most;
}

const LEAST_PIVOT = 1e-7;

/** How much below zero a reduced cost may come. */
const ALLOWED = 1e-10;
