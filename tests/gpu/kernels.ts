/** Kernels that the tests of the GPU room run. @module */
import type { KernelSource } from "../../src/gpu/kernel.ts";

/** Adds the constant STEP (default: 1) to every word of `a`. Grid: ⌈length / 64⌉. */
export const add: KernelSource = {
  name: "add",
  files: [
    "override STEP: u32 = 1u;",
    `@group(0) @binding(0) var<storage, read_write> a: array<u32>;
     @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
       if (id.x < arrayLength(&a)) { a[id.x] += STEP; }
     }
     @compute @workgroup_size(64) fn twice(@builtin(global_invocation_id) id: vec3u) {
       if (id.x < arrayLength(&a)) { a[id.x] += 2u * STEP; }
     }`,
  ],
};

/** b ← STEP · a, with STEP a float. Grid: ⌈length / 64⌉. */
export const scale: KernelSource = {
  name: "scale",
  files: [
    `override STEP: f32;
     @group(0) @binding(0) var<storage, read> a: array<f32>;
     @group(0) @binding(1) var<storage, read_write> b: array<f32>;
     @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
       if (id.x < arrayLength(&b)) { b[id.x] = STEP * a[id.x]; }
     }`,
  ],
};

/**
 * Multiplies the words of `a` by an odd number, many times: 64 workgroups take some ten
 * milliseconds.
 */
export const slow: KernelSource = {
  name: "slow",
  files: [
    `@group(0) @binding(0) var<storage, read_write> a: array<u32>;
     @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
       var x = a[id.x % arrayLength(&a)];
       for (var i = 0u; i < 50000u; i++) { x = x * 1664525u + 1013904223u; }
       if (id.x < arrayLength(&a)) { a[id.x] = x; }
     }`,
  ],
};
