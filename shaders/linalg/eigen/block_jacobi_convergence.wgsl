// Measures how far a matrix is from diagonal and decides whether it is done: two entry points of
// block_jacobi.wgsl.
//
// Cost: a sweep reads every entry above the diagonal once, with about 20 flops each; two
// dispatches.
//
// needs: block_jacobi.wgsl

// State that `judge` writes, and sums that `measure` gives it: off², the largest |a_ii|; off² of
// the heads; sums of the |a_ii| of the tails.
@group(0) @binding(2) var<storage, read_write> judged: array<Progress>;
@group(0) @binding(3) var<storage, read> measured: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> measures: array<vec4f>;

var<workgroup> head_sums: array<vec4f, LANES>;
var<workgroup> tail_sums: array<vec4f, LANES>;

@compute @workgroup_size(LANES)
fn measure(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup.y;
  let limit = limit_of(orders[index]);
  let first = 8u * workgroup.x;
  let restart = shape.restart == 1u;
  if (first >= limit || ((progress[index].done == 1u) && !restart)) { return; }
  let matrix = index * shape.rows * shape.rows;

  var largest = 0.0;
  for (var i = lane; i < limit; i += LANES) {
    largest = larger(largest, abs(leading(matrix_entry(matrix + i * shape.rows + i))));
  }
  sums[lane] = vec4f(largest);
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane].x = larger(sums[lane].x, sums[lane + half].x); }
  }
  largest = workgroupUniformLoad(&sums[0]).x;

  for (var i = lane; i < 8u; i += LANES) {
    let row = first + i;
    diagonal[i] = select(0.0, abs(leading(matrix_entry(matrix + row * shape.rows + row))), row < limit);
  }
  workgroupBarrier();
  var sum = 0.0;
  var heads = vec4f();
  for (var column = first + 4u * lane; column < limit; column += 4u * LANES) {
    let at = matrix + column * shape.rows + column;
    let dj = abs(vec4f(
      leading(matrix_entry(at)),
      leading(matrix_entry(at + shape.rows + 1u)),
      leading(matrix_entry(at + 2u * (shape.rows + 1u))),
      leading(matrix_entry(at + 3u * (shape.rows + 1u))),
    ));
    let root = sqrt(max(dj, vec4f(FLOOR * largest)));
    let columns = vec4u(column) + vec4u(0u, 1u, 2u, 3u);
    for (var i = 0u; i < 8u; i++) {
      let row = first + i;
      let x = leading_four(matrix_four(matrix + row * shape.rows + column, row < limit));
      let least = min(vec4f(diagonal[i]), dj);
      // Not `x != 0`, which naga has NaN fail.
      let counts = (columns > vec4u(row)) & !((x == vec4f()) | (least < vec4f(shape.tail * largest)));
      let scaled = x / sqrt(max(diagonal[i], FLOOR * largest)) / root;
      let terms = select(vec4f(), scaled * scaled, counts);
      sum += (terms.x + terms.y) + (terms.z + terms.w);
      heads += select(vec4f(), vec4f(terms.x), vec4f(least.x) >= shape.heads * largest);
      heads += select(vec4f(), vec4f(terms.y), vec4f(least.y) >= shape.heads * largest);
      heads += select(vec4f(), vec4f(terms.z), vec4f(least.z) >= shape.heads * largest);
      heads += select(vec4f(), vec4f(terms.w), vec4f(least.w) >= shape.heads * largest);
    }
    if (restart && column >= first + 8u) { mirror(matrix, first, column); }
  }
  sums[lane] = vec4f(sum);
  head_sums[lane] = heads;
  tail_sums[lane] = vec4f();
  add_lanes(lane);
  if (lane == 0u) {
    var tails = vec4f();
    for (var i = 0u; i < 8u; i++) {
      tails += select(vec4f(diagonal[i]), vec4f(), vec4f(diagonal[i]) >= shape.heads * largest);
    }
    let at = 3u * (2u * index * shape.most_pairs + workgroup.x);
    measures[at] = vec4f(sums[0].x, largest, 0.0, 0.0);
    measures[at + 1u] = head_sums[0];
    measures[at + 2u] = tails;
  }
}

// Copies entries above the diagonal, rows `row` … `row` + 7 and columns `column` … `column` + 3, to
// their places below.
fn mirror(matrix: u32, row: u32, column: u32) {
  for (var half = 0u; half < 2u; half++) {
    let at = matrix + (row + 4u * half) * shape.rows + column;
    let x = matrix_four(at, true);
    let y = matrix_four(at + shape.rows, true);
    let z = matrix_four(at + 2u * shape.rows, true);
    let w = matrix_four(at + 3u * shape.rows, true);
    let to = matrix + column * shape.rows + row + 4u * half;
    put_matrix_four(to, Four(x[0], y[0], z[0], w[0]));
    put_matrix_four(to + shape.rows, Four(x[1], y[1], z[1], w[1]));
    put_matrix_four(to + 2u * shape.rows, Four(x[2], y[2], z[2], w[2]));
    put_matrix_four(to + 3u * shape.rows, Four(x[3], y[3], z[3], w[3]));
  }
}

// Adds what the lanes have, in a fixed order, into sums[0], head_sums[0] and tail_sums[0].
fn add_lanes(lane: u32) {
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      sums[lane] += sums[lane + half];
      head_sums[lane] += head_sums[lane + half];
      tail_sums[lane] += tail_sums[lane + half];
    }
  }
}

@compute @workgroup_size(LANES)
fn judge(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup.y;
  let order = orders[index];
  let restart = shape.restart == 1u;
  var place = judged[index];
  let skip = place.done == 1u && !restart;
  var sum = vec4f();
  var heads = vec4f();
  var tails = vec4f();
  var largest = 0.0;
  let blocks = (order + 7u) >> 3u;
  for (var block = lane; block < blocks; block += LANES) {
    let at = 3u * (2u * index * shape.most_pairs + block);
    sum += measured[at];
    heads += measured[at + 1u];
    tails += measured[at + 2u];
    largest = measured[at].y;
  }
  sums[lane] = sum;
  head_sums[lane] = heads;
  tail_sums[lane] = tails;
  add_lanes(lane);
  if (lane != 0u || skip) { return; }
  // Infinities on the diagonal would make all else look small; NaN, from a value that the compiler
  // does not know.
  let infinite = bitcast<u32>(largest) >= 0x7f800000u;
  let off = select(sqrt(sums[0].x), bitcast<f32>(0x7fc00000u ^ shape.zero), infinite);
  let sweep = shape.worth * (2u * pairs_of(order) - 1u);
  if (restart) {
    place = Progress(0u, 0u, 0.0, 0.0, sqrt(head_sums[0]), tail_sums[0]);
  } else {
    place.round += sweep;
  }
  place.off = off;
  place.largest = largest;
  // Written so that NaN ends the solve.
  let done = !(off > shape.tolerance * f32(order)) || place.round >= shape.most_rounds * sweep;
  place.done = select(0u, 1u, done);
  judged[index] = place;
}
