import { backendOf } from "../../src/gpu/backend.ts";
import { provenance } from "../../src/io/provenance.ts";
import { vulkanDriver } from "../../src/io/vulkan_driver.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { root } from "../support/program.ts";

const gpu = await openGpu();

Deno.test({
  name: "vulkan_driver: the driver of the adapter has a name and a version",
  ignore: backendOf(gpu) !== "vulkan",
  async fn() {
    const driver = await vulkanDriver(gpu.adapterName);
    assert.match(driver ?? "", /^\S.* .*\d+\.\d+/);
    if (gpu.adapterName.startsWith("llvmpipe")) assert.match(driver!, /^llvmpipe Mesa \d+\.\d+\.\d+/);
    assert.deepEqual(await Promise.all([1, 2, 3].map(() => vulkanDriver(gpu.adapterName))), [
      driver,
      driver,
      driver,
    ]);
    assert.equal((await provenance(gpu)).driver, driver);
    assert.equal((await provenance()).driver, null);
    assert.equal(await vulkanDriver(`${gpu.adapterName} `), null);
  },
});

Deno.test("vulkan_driver: without permission there is no answer and no question", async () => {
  const code = `
    import { vulkanDriver } from ${JSON.stringify(new URL("src/io/vulkan_driver.ts", root).href)};
    console.log(await vulkanDriver("A"));`;
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(path, code);
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", path],
  })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
  assert.equal(new TextDecoder().decode(stdout).trim(), "null");
  await Deno.remove(path);
});
