import {
  add,
  divide,
  type DoubleDouble,
  exactSum,
  multiply,
  negate,
  squareRoot,
} from "../../src/linalg/double_double.ts";
import { normal, uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";
import { type Dyadic, dyadic, minus, plus, ratio, times } from "../reference/dyadic.ts";

const exact = ([high, low]: DoubleDouble): Dyadic => plus(dyadic(high), dyadic(low));

Deno.test("double_double: every operation errs by a few 2⁻¹⁰⁴ of its result", () => {
  const next = normal(uniform(1));
  const pair = (): DoubleDouble => exactSum(next() * 10 ** (3 * next()), next() * 1e-17);
  const near = (found: Dyadic, wanted: Dyadic, what: string) =>
    assert(ratio(plus(found, minus(wanted)), wanted) < 8 * 2 ** -104, what);
  for (let trial = 0; trial < 500; trial++) {
    const a = pair(), b = pair();
    near(exact(add(a, b)), plus(exact(a), exact(b)), "sum");
    near(exact(multiply(a, b)), times(exact(a), exact(b)), "product");
    near(times(exact(divide(a, b)), exact(b)), exact(a), "quotient");
    const root = exact(squareRoot(multiply(a, a)));
    near(times(root, root), times(exact(a), exact(a)), "root");
  }
  // Nearly equal operands, which cancel.
  const a: DoubleDouble = [1, 2 ** -60], b: DoubleDouble = [1, 2 ** -100];
  assert.deepEqual(add(a, negate(b)), [2 ** -60 - 2 ** -100, 0]);
  assert.deepEqual(squareRoot([0, 0]), [0, 0]);
});
