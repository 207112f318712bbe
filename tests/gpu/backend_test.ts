import { backendOf } from "../../src/gpu/backend.ts";
import { assert } from "../deps.ts";
import { root } from "../support/program.ts";

const clues = (subgroupMinSize: number, subgroupMaxSize: number, implementation = "wgpu") => ({
  implementation,
  device: { adapterInfo: { subgroupMinSize, subgroupMaxSize } },
});

Deno.test("backend: what is asked for alone, what the system has, what the subgroups tell", () => {
  assert.equal(backendOf(clues(32, 32), "vulkan", "windows"), "vulkan");
  assert.equal(backendOf(clues(32, 32), "DX12", "windows"), "d3d12");
  assert.equal(backendOf(clues(32, 32), "vulkan,dx12", "windows"), null);
  assert.equal(backendOf(clues(32, 32), "", "windows"), null);
  assert.equal(backendOf(clues(4, 128), "", "windows"), "opengl");
  assert.equal(backendOf(clues(32, 32), "", "linux"), "vulkan");
  assert.equal(backendOf(clues(4, 128), "vulkan,gl", "linux"), "opengl");
  assert.equal(backendOf(clues(4, 64), "", "darwin"), "metal");
  assert.equal(backendOf(clues(4, 128, "dawn"), "", "linux"), "vulkan");
  assert.equal(backendOf(clues(4, 128, "browser"), "", "linux"), null);
});

/** Backend that is found in a process which may only use one. */
async function found(wanted: string): Promise<string | null> {
  const code = `
    import { Gpu } from ${JSON.stringify(new URL("src/gpu/device.ts", root).href)};
    import { backendOf } from ${JSON.stringify(new URL("src/gpu/backend.ts", root).href)};
    try {
      using gpu = await Gpu.open();
      console.log(backendOf(gpu));
    } catch {
      console.log("none");
    }`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    env: { DENO_WEBGPU_BACKEND: wanted, NO_COLOR: "1" },
  }).output();
  const name = new TextDecoder().decode(stdout).trim();
  return name === "none" ? null : name;
}

const isLinux = Deno.build.os === "linux";
const there = isLinux ? { vulkan: await found("vulkan"), opengl: await found("opengl") } : {};
for (const [name, backend] of Object.entries(there)) {
  // It finds the backend from the adapter alone: the name that is asked for is not handed over.
  Deno.test({
    name: `backend: an adapter of ${name} is known by itself`,
    ignore: !backend,
    fn: () => {
      assert.equal(backend, name);
    },
  });
}
