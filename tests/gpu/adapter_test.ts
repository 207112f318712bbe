import { adapterName, isSoftware } from "../../src/gpu/adapter.ts";
import { assert } from "../deps.ts";

Deno.test("adapterName: the driver's name, or vendor and architecture where browsers hide it", () => {
  const hidden = { vendor: "google", architecture: "swiftshader", device: "", description: "" };
  assert.equal(adapterName(hidden), "google swiftshader");
  assert.equal(isSoftware(hidden), true);
  assert.equal(adapterName({ ...hidden, vendor: "nvidia", architecture: "" }), "nvidia");
  assert.equal(adapterName({ ...hidden, description: "NVIDIA H200" }), "NVIDIA H200");
  assert.equal(adapterName({}), "unnamed adapter");
});
