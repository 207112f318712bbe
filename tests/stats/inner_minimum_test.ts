import { innerMinimum } from "../../src/stats/inner_minimum.ts";
import { assert, fc } from "../deps.ts";

Deno.test("innerMinimum: the place of the least value, and NaN at the ends", () => {
  const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(NaN, Infinity, -Infinity));
  fc.assert(fc.property(fc.array(value, { maxLength: 7 }), (values) => {
    const places = values.map((_, i) => 2 ** i), found = innerMinimum(places, values);
    const finite = values.filter(Number.isFinite), at = values.indexOf(Math.min(...finite));
    const isInner = finite.length > 0 && at > 0 && at < values.length - 1;
    assert.equal(found, isInner ? 2 ** at : NaN);
  }));
});
