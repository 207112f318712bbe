/**
 * Alarms: conditions on the ranks of a training that are told when they certainly hold.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { listed, quoted } from "../format.ts";
import { rankInterval, type Threshold } from "../rank/certificates/rank_interval.ts";
import { spectralBounds, spectralRanks } from "../rank/ranks/spectral_bounds.ts";
import type { Probe } from "../train/trace.ts";

/** An operand of a comparison. */
type Operand =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "loss" }
  | { readonly kind: "rank" | "low" | "high"; readonly layer: string; readonly epsilon: number }
  | { readonly kind: "effective_rank"; readonly layer: string };

/** Signs of comparisons. */
type Sign = "<" | "<=" | ">" | ">=" | "==";

/** A condition. */
export type Condition =
  | { readonly kind: "compare"; readonly left: Operand; readonly sign: Sign; readonly right: Operand }
  | { readonly kind: "and" | "or"; readonly parts: readonly Condition[] };

/** What a condition is held against. */
export interface AlarmContext {
  /** A probe that is recorded. */
  readonly probe: Pick<Probe, "loss" | "layers">;
  /** Names of the layers, by their indices from 1. */
  readonly names: readonly string[];
  /** Kind of the thresholds. */
  readonly threshold: Threshold;
}

/** Characters of a condition, and brackets in each other, at most. */
const MOST_CHARACTERS = 2000, DEEPEST = 32;

/** Words, texts in quotes, signs. */
const TOKEN = /\s*(?:("[^"]*"|'[^']*')|(<=|>=|==|[<>(),])|([^\s()<>=,'"]+))/y;

/** A number above or equal to 0. */
const NUMBER = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

const SIGNS: readonly string[] = ["<", "<=", ">", ">=", "=="] satisfies Sign[];

/** A word of a condition. */
interface Token {
  readonly kind: "text" | "sign" | "word" | "end";
  readonly text: string;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex, found = TOKEN.exec(text);
    if (!found) {
      throw new InputError(
        `the alarm has ${quoted(text.slice(at, at + 20))}, which is no part of a condition`,
      );
    }
    const [, quotes, sign, word] = found;
    if (quotes !== undefined) tokens.push({ kind: "text", text: quotes.slice(1, -1) });
    else tokens.push(sign !== undefined ? { kind: "sign", text: sign } : { kind: "word", text: word });
  }
  return [...tokens, { kind: "end", text: "the end" }];
}

/**
 * Parses a condition: comparisons by `<`, `<=`, `>`, `>=`, `==` of numbers and of `rank(LAYER, ε)`,
 * `low(LAYER, ε)`, `high(LAYER, ε)`, `effective_rank(LAYER)` and `loss`, joined by `and`, `or` and
 * brackets. A name with brackets, commas or blanks stands in quotes.
 *
 * @param text The condition.
 * @returns The condition.
 * @throws {InputError} If it is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { holdsCertainly, parseAlarm } from "./alarm.ts";
 *
 * const condition = parseAlarm("rank(conv1, 1e-4) < 8 and loss < 0.5");
 * const layer = {
 *   kind: "spectrum", layer: 1, precision: "single", ranks: [],
 *   eigenvalues: Float64Array.of(1, 0.5), bounds: Float64Array.of(1e-6, 1e-6),
 * } as const;
 * const at = (loss: number) => ({
 *   probe: { loss, layers: [layer] }, names: ["conv1"], threshold: "absolute",
 * } as const);
 * const holds = [0.4, 0.6, NaN].map((loss) => holdsCertainly(condition, at(loss)));
 * assert.deepEqual(holds, [true, false, false]);
 * ```
 */
export function parseAlarm(text: string): Condition {
  if (text.length > MOST_CHARACTERS) {
    throw new InputError(`the alarm has ${text.length} characters; give at most ${MOST_CHARACTERS}`);
  }
  const tokens = tokensOf(text);
  let at = 0, depth = 0;
  const next = () => tokens[Math.min(at++, tokens.length - 1)];
  const peek = () => tokens[Math.min(at, tokens.length - 1)];
  const refuse = (what: string, { kind, text }: Token) =>
    new InputError(`the alarm has ${kind === "end" ? text : quoted(text, 40)} where ${what} is expected`);
  const expect = (sign: string) => {
    const token = next();
    if (token.kind !== "sign" || token.text !== sign) throw refuse(quoted(sign), token);
  };
  const isWord = (word: string) => peek().kind === "word" && peek().text.toLowerCase() === word;
  const numberOf = (token: Token, what: string): number => {
    const value = token.kind === "word" && NUMBER.test(token.text) ? Number(token.text) : NaN;
    if (!Number.isFinite(value)) throw refuse(what, token);
    return value;
  };
  const operand = (): Operand => {
    const token = next();
    if (token.kind === "word" && NUMBER.test(token.text)) {
      return { kind: "number", value: numberOf(token, "a number") };
    }
    const name = token.kind === "word" ? token.text : "";
    if (name === "loss") return { kind: "loss" };
    if (name !== "rank" && name !== "low" && name !== "high" && name !== "effective_rank") {
      throw refuse(
        "a number, loss, rank(LAYER, ε), low(LAYER, ε), high(LAYER, ε) or effective_rank(LAYER)",
        token,
      );
    }
    expect("(");
    const layer = next();
    if (layer.kind !== "word" && layer.kind !== "text") throw refuse("the name of a layer", layer);
    if (name === "effective_rank") {
      expect(")");
      return { kind: name, layer: layer.text };
    }
    expect(",");
    const given = next(), epsilon = numberOf(given, "a threshold ε above 0");
    if (epsilon === 0) throw refuse("a threshold ε above 0", given);
    expect(")");
    return { kind: name, layer: layer.text, epsilon };
  };
  const comparison = (): Condition => {
    const open = peek();
    if (open.kind === "sign" && open.text === "(") {
      if (++depth > DEEPEST) {
        throw new InputError(`the alarm has more than ${DEEPEST} brackets in each other`);
      }
      next();
      const inner = either();
      expect(")");
      depth--;
      return inner;
    }
    const left = operand(), sign = next();
    if (sign.kind !== "sign" || !SIGNS.includes(sign.text)) throw refuse("a sign of <, <=, >, >=, ==", sign);
    return { kind: "compare", left, sign: sign.text as Sign, right: operand() };
  };
  const joined = (kind: "and" | "or", part: () => Condition): Condition => {
    const parts = [part()];
    while (isWord(kind)) {
      next();
      parts.push(part());
    }
    return parts.length === 1 ? parts[0] : { kind, parts };
  };
  const either = (): Condition => joined("or", () => joined("and", comparison));
  const condition = either(), rest = next();
  if (rest.kind !== "end") throw refuse("and, or or the end", rest);
  return condition;
}

/**
 * Lists the layers that a condition names.
 *
 * @param condition The condition.
 * @returns Their names.
 */
export function layersOf(condition: Condition): string[] {
  if (condition.kind !== "compare") return condition.parts.flatMap(layersOf);
  return [condition.left, condition.right].flatMap((operand) => "layer" in operand ? [operand.layer] : []);
}

/**
 * Finds a layer by its name, or by its number where no layer has that name. Returns −1 without one.
 */
function indexOf(layer: string, names: readonly string[]): number {
  const at = names.indexOf(layer);
  return at < 0 && /^\d+$/.test(layer) && Number(layer) <= names.length ? Number(layer) - 1 : at;
}

/**
 * Checks that the layers of a condition exist.
 *
 * @param condition The condition.
 * @param names Names of the layers.
 * @throws {InputError} If there is no layer of a name.
 */
export function checkLayers(condition: Condition, names: readonly string[]): void {
  const wrong = layersOf(condition).find((layer) => indexOf(layer, names) < 0);
  if (wrong === undefined) return;
  throw new InputError(
    `the alarm names the layer ${quoted(wrong)}, and there is none; name one of ${listed(names)}`,
  );
}

/** The interval in which an operand certainly lies; NaN if it is not known. */
function valueOf(
  operand: Operand,
  { probe, names, threshold }: AlarmContext,
): readonly [low: number, high: number] {
  if (operand.kind === "number") return [operand.value, operand.value];
  if (operand.kind === "loss") return [probe.loss, probe.loss];
  const index = indexOf(operand.layer, names);
  const layer = probe.layers.find((each) => each.layer === index + 1);
  if (layer?.kind !== "spectrum") return [NaN, NaN];
  const { eigenvalues, bounds } = layer;
  if (operand.kind === "effective_rank") {
    const { effectiveRank } = spectralRanks(eigenvalues),
      off = spectralBounds(eigenvalues, bounds).effectiveRank;
    return [effectiveRank - off, effectiveRank + off];
  }
  const { low, high } = rankInterval(eigenvalues, bounds, operand.epsilon, { threshold });
  return operand.kind === "rank" ? [low, high] : operand.kind === "low" ? [low, low] : [high, high];
}

/**
 * Tells whether a condition holds for all that the bounds of the eigenvalues allow. A rank in
 * [6, 9] is not certainly below 8; nor is one that is not known.
 *
 * @param condition The condition.
 * @param context What it is held against.
 * @returns Whether it certainly holds.
 */
export function holdsCertainly(condition: Condition, context: AlarmContext): boolean {
  if (condition.kind !== "compare") {
    const holds = (part: Condition) => holdsCertainly(part, context);
    return condition.kind === "and" ? condition.parts.every(holds) : condition.parts.some(holds);
  }
  const left = valueOf(condition.left, context), right = valueOf(condition.right, context);
  switch (condition.sign) {
    case "<":
      return left[1] < right[0];
    case "<=":
      return left[1] <= right[0];
    case ">":
      return left[0] > right[1];
    case ">=":
      return left[0] >= right[1];
    default:
      return left[0] === left[1] && right[0] === right[1] && left[0] === right[0];
  }
}
