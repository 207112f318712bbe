import { boundingBox, intoCube } from "../../src/tasks/bounding_box.ts";
import { assert, fc } from "../deps.ts";

Deno.test("boundingBox: holds all samples, and some on each of its faces", () => {
  const value = fc.float({ min: -100, max: 100, noNaN: true });
  const samples = fc.integer({ min: 1, max: 4 }).chain((inputs) =>
    fc.array(fc.array(value, { minLength: inputs, maxLength: inputs }), { minLength: 1, maxLength: 20 })
  );
  fc.assert(
    fc.property(samples, (points) => {
      const count = points.length, x = Float32Array.from(points.flat());
      const box = boundingBox({ count, x });
      assert.equal(box.center.length, points[0].length);
      const mapped = points.map((point) => intoCube(box, Float32Array.from(point)));
      for (const [j, half] of box.half.entries()) {
        assert(half > 0);
        const column = mapped.map((t) => t[j]), isPoint = points.every((point) => point[j] === points[0][j]);
        const [low, high] = [Math.min(...column), Math.max(...column)];
        if (isPoint) assert.deepEqual([low === 0, high === 0, half], [true, true, 1]);
        else assert(Math.abs(low + 1) < 1e-9 && Math.abs(high - 1) < 1e-9, `${low}, ${high}`);
      }
    }),
    { seed: 3 },
  );
});
