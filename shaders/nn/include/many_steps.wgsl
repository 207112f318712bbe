// What fused_lane.wgsl and fused_group.wgsl, which make many steps in a dispatch, are bound to: see
// src/nn/fused/many_operands.ts.
// needs: philox.wgsl, state.wgsl, permutation.wgsl, fused_shape.wgsl

// Whether samples are those of a mini-batch.
override DRAWN: bool;

// Steps of the dispatch, and 0, which the compiler must not know.
struct Run { steps: u32, zero: f32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<uniform> run: Run;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> targets: array<vec4f>;
@group(0) @binding(4) var<storage, read> sample_weights: array<f32>;
@group(0) @binding(5) var<storage, read> hypers: array<Hyper>;
@group(0) @binding(6) var<storage, read_write> states: array<State>;
@group(0) @binding(7) var<storage, read_write> losses: array<f32>;
@group(0) @binding(8) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> moments: array<vec4f>;
//#if LAYER_RATES == 1
@group(0) @binding(10) var<storage, read> layer_rates: array<f32>;
//#end

fn sample_of(state: State, row: u32) -> u32 {
  if (DRAWN) { return drawn_sample(shape.epochs, state, row); }
  return row;
}
