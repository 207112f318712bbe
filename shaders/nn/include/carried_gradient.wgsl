// The gradient of the loss with respect to the features of a layer, on its way past a skip
// connection around that layer to the one below.
//
// The module has `shape` with `alpha` and `parameter_batch`, `parameters`, and the gradients
// `carried`, in the shape of the deltas of the layer below.

// Skip connection of the layer: 0 none, 1 one that adds the gradient, 2 an adaptive one, which adds
// 1 − α times it; whether the sum is kept, as the layer below has one.
override ADDS: u32;
override KEEPS: bool;

fn with_carried(batch: u32, at: u32, value: vec4f) -> vec4f {
  var gradient = value;
  //#if ADDS == 1
  if (ADDS == 1u) { gradient += carried[at]; }
  //#end
  //#if ADDS == 2
  if (ADDS == 2u) {
    let alpha = parameters[batch * shape.parameter_batch + shape.alpha].x;
    gradient += (1.0 - alpha) * carried[at];
  }
  //#end
  //#if KEEPS == 1
  if (KEEPS) { carried[at] = gradient; }
  //#end
  return gradient;
}
