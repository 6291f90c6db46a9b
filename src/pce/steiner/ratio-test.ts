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

/**
 * What leaves the basis in a step of the dual simplex method: the place whose value is farthest below zero for the length of its row of
 * the inverse (Forrest and Goldfarb, 1992), of which `weights` has about the square, by what is `basic` there; -1 if none is below zero. Linear; ties
 * go to the first.
 */
export function leavingOf(values: Float64Array, basic: Int32Array, weights: Float64Array): number {
  let best = -1;
  let most = 0;
  for (let place = 0; place < values.length; place++) {
    const value = values[place] ?? 0;
    if (value >= -FEASIBLE) continue;
    const gain = (value * value) / (weights[basic[place] ?? 0] ?? 1);
    if (gain <= most) continue;
    best = place;
    most = gain;
  }
  return best;
}

/** What is less below zero than this counts as zero. */
const FEASIBLE = 1e-9;

const LEAST_PIVOT = 1e-7;

/** How much below zero a reduced cost may come. */
const ALLOWED = 1e-10;
