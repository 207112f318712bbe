import { EigenBatch } from "../../../src/linalg/eigen/eigen_batch.ts";
import { assert } from "../../deps.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

Deno.test("EigenBatch: any number of matrices", () => {
  // More than a call takes arguments.
  using batch = new EigenBatch(gpu, [2, ...new Array<number>(250_000).fill(1)]);
  assert.deepEqual([batch.order, batch.rows, batch.count], [2, 4, 250_001]);
});
