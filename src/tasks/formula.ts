/**
 * Functions typed in as formulas. They are parsed, never run as code.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { listed, quoted } from "../format.ts";

/** A real function of some coordinates. */
export type RealFunction = (...x: number[]) => number;

/** Value of a part of a formula at a point. */
type Part = (x: readonly number[]) => number;

/** Numbers with a name. */
const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, π: Math.PI, e: Math.E };

/** Functions with a name, of one argument unless a number says otherwise. */
const FUNCTIONS: Readonly<Record<string, RealFunction>> = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  atan: Math.atan,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  abs: Math.abs,
  sign: Math.sign,
  floor: Math.floor,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
};

/** Functions of two arguments. */
const TWO = ["min", "max"];

/** Longest formula in characters, and deepest nesting: what a person types is far from either. */
const LONGEST = 1000, DEEPEST = 60;

const TOKEN =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(π|(?:(?!π)[\p{L}_])(?:(?!π)[\p{L}\p{N}_])*)|(\*\*|[-+*/^(),|−·×÷]))/uy;

/** Signs that are written in more than one way. */
const SAME: Readonly<Record<string, string>> = { "−": "-", "·": "*", "×": "*", "÷": "/", "**": "^" };

/** A number, a name or a sign, and where it begins. */
interface Token {
  readonly kind: "number" | "name" | "sign" | "end";
  readonly text: string;
  readonly at: number;
}

/**
 * Reads a formula: numbers, the variables, `pi`, `e`, `+ − * / ^`, parentheses, `|x|`, and the
 * functions `sin`, `cos`, `tan`, `sinh`, `cosh`, `tanh`, `atan`, `exp`, `log`, `sqrt`, `abs`,
 * `sign`, `floor`, `min`, `max`. A product needs no sign: `2 pi x`, `3(x + 1)`, `x sin(x)`. A power
 * comes before a minus sign, so `-x^2` is −(x²); products and quotients are taken from left to
 * right.
 *
 * @param text The formula.
 * @param variables Names of the coordinates.
 * @returns The function.
 * @throws {InputError} If it is no formula; the message says where.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseFormula } from "./formula.ts";
 *
 * const f = parseFormula("2x^2 - |y| + max(1, cos(pi x))", ["x", "y"]);
 * assert.equal(f(3, -4), 18 - 4 + 1);
 * assert.throws(() => parseFormula("2 + z", ["x"]), /no name "z"/);
 * ```
 */
export function parseFormula(text: string, variables: readonly string[]): RealFunction {
  const parser = new Parser(text, variables);
  const part = parser.parse();
  return (...x) => part(x);
}

/** Reads a formula from left to right, one method a rule of the grammar. */
class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  /** Whether the next `|` closes a magnitude; otherwise it opens one. */
  #isInBars = false;

  constructor(private readonly text: string, private readonly variables: readonly string[]) {
    if (text.length > LONGEST) {
      throw new InputError(`a formula of ${text.length} characters: give at most ${LONGEST}`);
    }
    this.#tokens = this.#split();
  }

  /** The whole formula. */
  parse(): Part {
    const part = this.#sum();
    if (this.#peek.kind !== "end") this.#fail(`cannot read ${quoted(this.#peek.text)} here`);
    return part;
  }

  #split(): Token[] {
    const { text } = this, tokens: Token[] = [];
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const at = TOKEN.lastIndex, found = TOKEN.exec(text);
      if (!found) {
        const rest = text.slice(at).trimStart();
        throw this.#error(`cannot read ${quoted(rest.slice(0, 10))}`, text.length - rest.length);
      }
      const [, number, name, sign] = found, start = TOKEN.lastIndex - (number ?? name ?? sign).length;
      if (number !== undefined) tokens.push({ kind: "number", text: number, at: start });
      else if (name !== undefined) tokens.push({ kind: "name", text: name, at: start });
      else tokens.push({ kind: "sign", text: SAME[sign] ?? sign, at: start });
    }
    return [...tokens, { kind: "end", text: "", at: text.length }];
  }

  get #peek(): Token {
    return this.#tokens[this.#next];
  }

  #take(sign: string): boolean {
    const { kind, text } = this.#peek;
    if (kind !== "sign" || text !== sign) return false;
    this.#next++;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) this.#fail(`a ${quoted(sign)} is missing`);
  }

  #fail(what: string): never {
    throw this.#error(what, this.#peek.at);
  }

  #error(what: string, at: number): InputError {
    return new InputError(`formula ${quoted(this.text)}: ${what} (character ${at + 1})`);
  }

  #sum(): Part {
    if (++this.#depth > DEEPEST) this.#fail(`parts are nested more than ${DEEPEST} deep`);
    let left = this.#product();
    for (;;) {
      const a = left;
      if (this.#take("+")) {
        const b = this.#product();
        left = (x) => a(x) + b(x);
      } else if (this.#take("-")) {
        const b = this.#product();
        left = (x) => a(x) - b(x);
      } else break;
    }
    this.#depth--;
    return left;
  }

  #product(): Part {
    let left = this.#signed();
    for (;;) {
      const a = left, { kind, text } = this.#peek;
      if (this.#take("/")) {
        const b = this.#signed();
        left = (x) => a(x) / b(x);
      } else if (this.#take("*")) {
        const b = this.#signed();
        left = (x) => a(x) * b(x);
      } else if (kind === "number" || kind === "name" || text === "(" || text === "|" && !this.#isInBars) {
        const b = this.#power();
        left = (x) => a(x) * b(x);
      } else return left;
    }
  }

  #signed(): Part {
    if (this.#take("+")) return this.#nested(() => this.#signed());
    if (!this.#take("-")) return this.#power();
    const part = this.#nested(() => this.#signed());
    return (x) => -part(x);
  }

  #power(): Part {
    const base = this.#atom();
    if (!this.#take("^")) return base;
    const exponent = this.#nested(() => this.#signed());
    return (x) => base(x) ** exponent(x);
  }

  #nested(read: () => Part): Part {
    if (++this.#depth > DEEPEST) this.#fail(`parts are nested more than ${DEEPEST} deep`);
    const part = read();
    this.#depth--;
    return part;
  }

  #atom(): Part {
    const { kind, text } = this.#peek;
    if (kind === "number") {
      this.#next++;
      const value = Number(text);
      return () => value;
    }
    if (kind === "name") return this.#named();
    const close = text === "(" ? ")" : text === "|" ? "|" : null;
    if (close === null) {
      this.#fail(kind === "end" ? "something is missing" : `cannot read ${quoted(text)} here`);
    }
    this.#next++;
    const part = this.#inside(close === "|");
    this.#expect(close);
    return close === "|" ? (x) => Math.abs(part(x)) : part;
  }

  /** A sum within parentheses or bars. */
  #inside(isInBars: boolean): Part {
    const before = this.#isInBars;
    this.#isInBars = isInBars;
    const part = this.#sum();
    this.#isInBars = before;
    return part;
  }

  #named(): Part {
    const { text } = this.#peek, index = this.variables.indexOf(text);
    if (index < 0 && !Object.hasOwn(CONSTANTS, text) && !Object.hasOwn(FUNCTIONS, text)) {
      const known = [...this.variables, ...Object.keys(CONSTANTS), ...Object.keys(FUNCTIONS)];
      this.#fail(`no name ${quoted(text)}; there are ${listed(known)}`);
    }
    this.#next++;
    if (index >= 0) return (x) => x[index];
    if (Object.hasOwn(CONSTANTS, text)) return () => CONSTANTS[text];
    const f = FUNCTIONS[text];
    this.#expect("(");
    const first = this.#inside(false);
    if (!TWO.includes(text)) {
      this.#expect(")");
      return (x) => f(first(x));
    }
    this.#expect(",");
    const second = this.#inside(false);
    this.#expect(")");
    return (x) => f(first(x), second(x));
  }
}
