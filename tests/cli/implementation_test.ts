import { fileURLToPath } from "node:url";
import { loadImplementation } from "../../src/cli/implementation.ts";
import { InputError } from "../../src/errors.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { assert } from "../deps.ts";
import { command, root, run, temporaryFolder } from "../support/program.ts";

/** Whether these tests run on Dawn, as in `deno task test:dawn`. */
const isOnDawn = !(navigator.gpu instanceof GPU);

Deno.test("Gpu.open: takes the implementation that it is given, and names it", async () => {
  let asked = 0;
  const own = navigator.gpu;
  const gpu = {
    requestAdapter(options?: GPURequestAdapterOptions) {
      asked++;
      return own.requestAdapter(options);
    },
  } as GPU;
  using opened = await Gpu.open({ implementation: { name: "mine", gpu } });
  assert.deepEqual([opened.implementation, asked], ["mine", 1]);
  const wrong = [null, {}, { name: "dawn" }, { name: 1, gpu }, { name: "dawn", gpu: {} }];
  for (const implementation of wrong) {
    await assert.rejects(Gpu.open({ implementation } as object), InputError, JSON.stringify(implementation));
  }
});

Deno.test("loadImplementation: wgpu is the runtime's own", async () => {
  const { name, gpu } = await loadImplementation("wgpu");
  assert.deepEqual([name, gpu], ["wgpu", navigator.gpu]);
});

Deno.test("--implementation dawn: without its package one line says so, and the status is 2", async () => {
  using folder = temporaryFolder();
  await Deno.writeTextFile(
    `${folder.path}/program.ts`,
    `
    import { runProgram } from "${root}src/cli/program.ts";
    import { openGpu } from "${root}src/cli/implementation.ts";
    import { machineFlags } from "${root}src/cli/program_flags.ts";
    const examples = [{ args: "", help: "opens the GPU" }, { args: "--adapter software", help: "takes the CPU" }];
    await runProgram({ name: "open", summary: "open the GPU", flags: machineFlags, examples }, async ({ flags }) => {
      using gpu = await openGpu(flags);
      console.log(gpu.implementation);
    });`,
  );
  // No cache, and no registry.
  const env = { DENO_DIR: `${folder.path}/cache`, NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/" };
  const surroundings = {
    cwd: folder.path,
    program: `${folder.path}/program.ts`,
    deno: ["--no-lock", "--unstable-npm-lazy-caching"],
  };
  const missing = await run(["--implementation", "dawn"], { ...surroundings, env });
  assert.deepEqual([missing.code, missing.out], [2, ""], missing.err);
  assert.match(
    missing.err,
    /^open: --implementation dawn needs the package npm:webgpu, [^\n]*leave the flag out$/m,
  );
  if (!isOnDawn) assert.equal((await run([], surroundings)).out, "wgpu\n");
});

Deno.test({
  name: "--implementation dawn: the staircase program runs on it, and run.json says so",
  ignore: !isOnDawn,
  fn: async () => {
    using folder = temporaryFolder();
    const { success, stderr } = await command(
      [
        "--implementation",
        "dawn",
        "--layers=6,6",
        "--steps=20",
        "--probe-every=10",
        "--no-autotune",
        "--out=o",
      ],
      { cwd: folder.path, deno: ["--config", fileURLToPath(new URL("deno.json", root))] },
    ).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const { adapter } = JSON.parse(await Deno.readTextFile(`${folder.path}/o/run.json`));
    assert.equal(adapter.implementation, "dawn");
  },
});
