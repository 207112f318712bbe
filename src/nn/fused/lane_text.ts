/**
 * The text of `fused_lane.wgsl` that depends on the shape of the network.
 *
 * @module
 */
import type { Activation } from "../activation.ts";
import type { ParameterLayout } from "../layout.ts";

/** A vector of four parameters, of a row of W or of b. */
interface ParameterVector {
  /** Its part of a variable's name. */
  readonly name: string;
  /** Its place in the replica's parameters. */
  readonly at: number;
  /** How many of the four are no padding. */
  readonly real: number;
  /** The part of the name of the factor of its learning rate. */
  readonly rate: string;
}

/** Most vectors that a loop loads or stores. */
const BLOCK = 16;
/** Parts of a vector. */
const PARTS = "xyzw";

/**
 * Lists the vectors of parameters that are not all padding.
 *
 * @param layout Places of the parameters.
 * @returns The vectors, layer by layer.
 */
export function parameterVectors({ layers }: ParameterLayout): readonly ParameterVector[] {
  return layers.flatMap(({ inputs, outputs, outputStride, weights, bias }, l) => {
    const row = (r: number | "b", first: number) =>
      Array.from({ length: outputStride }, (_, j) => ({
        name: `${l}_${r}_${j}`,
        at: first + j,
        real: realParts(outputs, j),
        rate: `${l}_${r === "b" ? "b" : "w"}`,
      }));
    const rows = Array.from({ length: inputs }, (_, r) => row(r, weights + r * outputStride));
    return [...rows.flat(), ...row("b", bias)];
  });
}

/**
 * Writes the functions of `fused_lane.wgsl` for a network: straight-line code, in which every
 * parameter is a variable of its own.
 *
 * @param layout Places of the parameters.
 * @param activations Activation of each hidden layer.
 * @param moments How many moments the optimiser has, from 0 to 2.
 * @returns WGSL.
 */
export function laneText(
  layout: ParameterLayout,
  activations: readonly Activation[],
  moments: number,
): string {
  const vectors = parameterVectors(layout);
  // A load for each layer and not for each vector: they take a compiler long.
  const rates = [...new Map(vectors.map(({ rate, at }) => [rate, at]))];
  const each = (line: (vector: ParameterVector) => string) => vectors.map(line);
  const kept = ["w", ...["m", "v"].slice(0, moments)];
  const places: Readonly<Record<string, string>> = {
    w: "parameters[replica * shape.parameter_batch + i]",
    m: "moments[2u * replica * shape.parameter_batch + i]",
    v: "moments[(2u * replica + 1u) * shape.parameter_batch + i]",
  };
  const outputs = layout.layers.at(-1)!.outputStride;
  const moved = (set: string, field: string, { name, real }: ParameterVector) =>
    kept.includes(set) ? `${set}${name} = ${realOnly(`t.${field}`, real)};` : "";
  return [
    ...[...kept, "g", "p"].flatMap((set) => each(({ name }) => `var<private> ${set}${name}: vec4f;`)),
    ...vectorNumbers(outputs).map((j) => `var<private> u${j}: vec4f;`),
    ...rates.map(([rate]) => `var<private> r${rate}: f32;`),
    ...fn("network_output(at: u32) -> vec4f", [
      "var u = u0;",
      ...vectorNumbers(outputs).slice(1).map((j) => `u = select(u, u${j}, at == ${j}u);`),
      "return u;",
    ]),
    ...fn(
      "emit_delta(at: u32, value: vec4f)",
      vectorNumbers(outputs).map((j) => `u${j} = select(u${j}, value, at == ${j}u);`),
    ),
    ...fn("load_network(replica: u32)", [
      ...kept.flatMap((set) =>
        blocks(vectors).flatMap((block) => [
          ...loopOver(block),
          `let value = ${places[set]};`,
          ...block.map(({ name, at }) => `${set}${name} = select(${set}${name}, value, i == ${at}u);`),
          "}",
        ])
      ),
      ...rates.map(([rate, at]) => `r${rate} = layer_rate(replica * shape.parameter_batch + ${at}u);`),
    ]),
    ...fn(
      "store_network(replica: u32)",
      kept.flatMap((set) =>
        blocks(vectors).flatMap((block) => [
          ...loopOver(block),
          "var value = vec4f();",
          ...block.map(({ name, at }) => `value = select(value, ${set}${name}, i == ${at}u);`),
          `${places[set]} = value;`,
          "}",
        ])
      ),
    ),
    ...fn("clear_gradient()", each(({ name }) => `g${name} = vec4f();`)),
    ...fn("clear_sums()", each(({ name }) => `p${name} = vec4f();`)),
    ...fn("add_sums()", each(({ name }) => `g${name} += p${name};`)),
    ...fn(
      "update_network(hyper: Hyper, state: State)",
      each((vector) => {
        const { name, rate } = vector;
        const [m, v] = ["m", "v"].map((set) => kept.includes(set) ? `${set}${name}` : "vec4f()");
        return `{ let t = moved(hyper, state, r${rate}, Moved(w${name}, ${m}, ${v}), g${name});
${moved("w", "theta", vector)} ${moved("m", "first", vector)} ${moved("v", "second", vector)} }`;
      }),
    ),
    ...fn("pass_sample(replica: u32, state: State, row: u32)", passOf(layout, activations)),
  ].join("\n");
}

/**
 * Cuts the vectors into runs of neighbours, a loop each. A load or a store takes a compiler as long
 * as a hundred choices, so there is one for a block, and a choice in the loop among its variables.
 */
function blocks(vectors: readonly ParameterVector[]): ParameterVector[][] {
  const all: ParameterVector[][] = [];
  for (const vector of vectors) {
    const last = all.at(-1);
    if (last && last.length < BLOCK && last.at(-1)!.at + 1 === vector.at) last.push(vector);
    else all.push([vector]);
  }
  return all;
}

/** The head of a loop over a block, with an end that no compiler knows, lest it unrolls it. */
function loopOver(block: readonly ParameterVector[]): string[] {
  const [{ at }] = block, end = at + block.length;
  return [`for (var i = ${at}u; i < min(${end}u, ${at}u + ${BLOCK / 8}u * shape.side); i++) {`];
}

/** A sample's way from its input to its share of the gradient. */
function passOf({ layers }: ParameterLayout, activations: readonly Activation[]): string[] {
  const lines = ["let sample = sample_of(state, row);"];
  for (const k of vectorNumbers(layers[0].inputStride)) {
    lines.push(`let h0_${k} = input_of(replica, row, sample, ${k}u);`);
  }
  const last = layers.length - 1;
  for (const [l, { inputs, outputs, inputStride, outputStride }] of layers.entries()) {
    for (const j of vectorNumbers(outputStride)) {
      lines.push(`var z${l}_${j} = vec4f();`);
      for (const k of vectorNumbers(inputStride)) {
        const rows = partNumbers(realParts(inputs, k)).map((c) => `w${l}_${4 * k + c}_${j}`);
        lines.push(`z${l}_${j} += ${product(rows, `h${l}_${k}`)};`);
      }
      const z = `z${l}_${j} + w${l}_b_${j}`;
      if (l === last) {
        lines.push(`u${j} = ${z};`);
      } else {
        const { kind, parameter, exponent } = activations[l];
        lines.push(
          `let a${l}_${j} = activate_as(${kind}u, f32(${parameter}), ${exponent}u, ${z});`,
          `let h${l + 1}_${j} = ${realOnly(`a${l}_${j}.value`, realParts(outputs, j))};`,
        );
      }
    }
  }
  lines.push("measure(replica, row, sample);");
  for (const j of vectorNumbers(layers[last].outputStride)) lines.push(`let d${last}_${j} = u${j};`);
  for (const [l, { inputs, outputs, inputStride, outputStride }] of [...layers.entries()].reverse()) {
    for (const j of vectorNumbers(outputStride)) {
      for (let r = 0; r < inputs; r++) {
        const sum = `p${l}_${r}_${j}`;
        lines.push(`${sum} = fma(d${l}_${j}, vec4f(h${l}_${Math.floor(r / 4)}.${PARTS[r % 4]}), ${sum});`);
      }
      lines.push(`p${l}_b_${j} += d${l}_${j};`);
    }
    if (l === 0) continue;
    for (const i of vectorNumbers(inputStride)) {
      const real = realParts(inputs, i);
      lines.push(`var e${l}_${i} = vec4f();`);
      for (const j of vectorNumbers(outputStride)) {
        const columns = partNumbers(realParts(outputs, j)).map((c) => {
          const parts = partNumbers(4).map((r) => r < real ? `w${l}_${4 * i + r}_${j}.${PARTS[c]}` : "0.0");
          return `vec4f(${parts.join(", ")})`;
        });
        lines.push(`e${l}_${i} += ${product(columns, `d${l}_${j}`)};`);
      }
      lines.push(`let d${l - 1}_${i} = ${realOnly(`(e${l}_${i} * a${l - 1}_${i}.first)`, real)};`);
    }
  }
  return lines;
}

/**
 * Σ of vectors times the parts of another one, the last product first; of fewer than four the sum
 * begins with a zero that no compiler knows. See fused_lane.wgsl.
 */
function product(columns: readonly string[], vector: string): string {
  const parts = columns.map((column, c) => [column, `${vector}.${PARTS[c]}`]);
  const [column, part] = parts.length === 4 ? parts.pop()! : [];
  const first = column === undefined ? "vec4f(run.zero)" : `${column} * ${part}`;
  return parts.reduceRight((sum, [column, part]) => `fma(${column}, vec4f(${part}), ${sum})`, first);
}

function fn(head: string, lines: readonly string[]): string[] {
  return [`fn ${head} {`, ...lines, "}"];
}

/** The vector, with zeros for what pads: a compiler then leaves out what is computed there. */
function realOnly(vector: string, real: number): string {
  if (real === 4) return vector;
  return `vec4f(${partNumbers(4).map((c) => c < real ? `${vector}.${PARTS[c]}` : "0.0").join(", ")})`;
}

function realParts(width: number, vector: number): number {
  return Math.min(4, width - 4 * vector);
}

function vectorNumbers(count: number): number[] {
  return [...new Array(count).keys()];
}

const partNumbers = vectorNumbers;
