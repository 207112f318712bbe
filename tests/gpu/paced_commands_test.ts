import { assert, fc } from "../deps.ts";
import { GpuArray } from "../../src/gpu/array.ts";
import { Commands } from "../../src/gpu/commands.ts";
import type { Dispatch } from "../../src/gpu/kernel.ts";
import { PacedCommands } from "../../src/gpu/paced_commands.ts";
import { measure } from "../../src/gpu/measure/meter.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

/** x ← 5 x + k, whose result tells the order of the commands. */
async function chain(x: GpuArray, operations: number): Promise<Dispatch[]> {
  return await Promise.all([1, 2, 3].map(async (k) => {
    const code = `@group(0) @binding(0) var<storage, read_write> x: array<u32>;
      @compute @workgroup_size(1) fn main() { x[0] = 5u * x[0] + ${k}u; }`;
    const kernel = await gpu.kernel({ name: `chain of ${k}`, files: [code] });
    return kernel.bind([x], [1], operations);
  }));
}

Deno.test("PacedCommands: all commands run once, in their order, however they are cut", async () => {
  using x = new GpuArray(gpu, "x", 1);
  const lists = fc.array(fc.array(fc.nat(2), { maxLength: 12 }), { maxLength: 5 });
  const property = fc.asyncProperty(lists, fc.constantFrom(1, 1e6, 1e12), async (lists, operations) => {
    const dispatches = await chain(x, operations);
    x.write(Uint32Array.of(1));
    using commands = new PacedCommands(gpu);
    for (const list of lists) await commands.run(list.map((k) => dispatches[k]));
    commands.submit();
    const expected = lists.flat().reduce((value, k) => Math.imul(5, value) + k + 1 >>> 0, 1);
    assert.deepEqual(await x.readUint32(), Uint32Array.of(expected));
  });
  await fc.assert(property, { numRuns: 15 });
});

Deno.test("PacedCommands: little work is one submission, much work many", async () => {
  using x = new GpuArray(gpu, "x", 1);
  const submissions = async (operations: number) => {
    const [dispatch] = await chain(x, operations);
    const { submissions } = await measure(gpu, async () => {
      using commands = new PacedCommands(gpu);
      await commands.run(new Array(20).fill(dispatch));
      commands.submit();
      await x.read();
    });
    return submissions;
  };
  await submissions(1); // On a software adapter the first of a kernel is alone.
  assert.equal(await submissions(1), 1);
  assert.equal(await submissions(1e15), 20);
});

Deno.test("PacedCommands: an aborted signal stops between submissions, and the device goes on", async () => {
  using x = new GpuArray(gpu, "x", Uint32Array.of(0));
  const [dispatch] = await chain(x, 1e15);
  const controller = new AbortController(), reason = new Error("enough");
  {
    using commands = new PacedCommands(gpu, { signal: controller.signal });
    await commands.run([dispatch]);
    controller.abort(reason);
    await assert.rejects(commands.run(new Array(100).fill(dispatch)), reason);
  }
  assert.throws(() => new PacedCommands(gpu, { signal: controller.signal }), reason);
  const commands = new Commands(gpu);
  x.write(Uint32Array.of(7));
  commands.run(dispatch);
  commands.submit();
  assert.deepEqual(await x.readUint32(), Uint32Array.of(36));
});
