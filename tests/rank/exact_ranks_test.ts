import { assert } from "../deps.ts";
import { attackCases, attackRanks, isWrong } from "../support/attack.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

Deno.test("every method in every precision: no interval is without the exact rank; deno task attack tries more", async () => {
  for (const seed of [5, 22]) {
    for (const attack of attackCases(seed)) {
      const wrong = (await attackRanks(gpu, attack)).filter(isWrong);
      assert.deepEqual(wrong, [], `seed ${seed}, ${attack.family}`);
    }
  }
});
