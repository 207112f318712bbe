import { inGroups } from "../../src/linalg/pieces.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

Deno.test("inGroups: 200,000 items in one group and in many, in their order", async () => {
  const items = Array.from({ length: 200_000 }, (_, i) => i);
  for (const operations of [1, 1e6]) {
    let groups = 0;
    const results = await inGroups(gpu, items, operations, (group) => {
      groups++;
      return Promise.resolve(group.map((item) => 2 * item));
    });
    assert.equal(groups > 1, operations > 1);
    assert.deepEqual(results, items.map((item) => 2 * item));
  }
});
