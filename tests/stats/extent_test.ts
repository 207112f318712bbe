import { extent } from "../../src/stats/extent.ts";
import { assert, fc } from "../deps.ts";

Deno.test("extent: as Math.min and Math.max", () => {
  fc.assert(fc.property(fc.array(fc.double()), (values) => {
    assert.deepEqual(extent(values), [Math.min(...values), Math.max(...values)]);
    assert.deepEqual(extent(Float64Array.from(values)), extent(values));
  }));
});

Deno.test("extent: of 200,000 values, which are too many for arguments", () => {
  const values = Array.from({ length: 200_000 }, (_, i) => i - 7);
  assert.deepEqual(extent(values), [-7, 199_992]);
});
