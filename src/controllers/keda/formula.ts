/**
 * The formula of KEDA's scaling modifiers: a part of the expr language that its documentation's formulas are written in. Numbers,
 * triggers' names, + - * / **, comparisons, && || ! (and or not), condition ? one : other, parentheses, and the functions below,
 * of numbers or of one list in brackets. Left out: %, which needs whole numbers, strings, count and other predicates over lists.
 */
export type Values = Readonly<Record<string, number>>;
type Value = number | boolean;

/** A part of a formula: its kind is known before any trigger is read. */
interface Part {
  readonly kind: "number" | "boolean";
  readonly of: (values: Values) => Value;
}

const functions: Readonly<Record<string, (numbers: readonly number[]) => number>> = {
  min: (numbers) => Math.min(...numbers),
  max: (numbers) => Math.max(...numbers),
  sum: (numbers) => numbers.reduce((sum, one) => sum + one, 0),
  mean: (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length,
  abs: ([one]) => Math.abs(one),
  ceil: ([one]) => Math.ceil(one),
  floor: ([one]) => Math.floor(one),
  /** Halves away from nought, as Go rounds. */
  round: ([one]) => Math.sign(one) * Math.floor(Math.abs(one) + 0.5),
};
const OF_ONE = ["abs", "ceil", "floor", "round"];

interface Binary {
  readonly binds: number;
  readonly takes: Part["kind"];
  readonly gives: Part["kind"];
  readonly of: (a: never, b: never) => Value;
}
const arithmetic = (binds: number, of: (a: number, b: number) => number): Binary => {
  return { binds, takes: "number", gives: "number", of };
};
const comparison = (of: (a: number, b: number) => boolean): Binary => {
  return { binds: 20, takes: "number", gives: "boolean", of };
};
const or: Binary = { binds: 10, takes: "boolean", gives: "boolean", of: (a: boolean, b: boolean) => a || b };
const and: Binary = { binds: 15, takes: "boolean", gives: "boolean", of: (a: boolean, b: boolean) => a && b };
const POWER = 100;
const NEGATION = 90;
const NOT = 50;

const operators: Readonly<Record<string, Binary>> = {
  "||": or,
  or,
  "&&": and,
  and,
  "==": comparison((a, b) => a === b),
  "!=": comparison((a, b) => a !== b),
  "<": comparison((a, b) => a < b),
  ">": comparison((a, b) => a > b),
  "<=": comparison((a, b) => a <= b),
  ">=": comparison((a, b) => a >= b),
  "+": arithmetic(30, (a, b) => a + b),
  "-": arithmetic(30, (a, b) => a - b),
  "*": arithmetic(60, (a, b) => a * b),
  "/": arithmetic(60, (a, b) => a / b),
  "**": arithmetic(POWER, (a, b) => a ** b),
};

const TOKEN = /\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z_]\w*|\*\*|&&|\|\||[=!<>]=|[-+*/<>!?:()[\],]|$)/y;

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (found === null) throw new SyntaxError(`"${text.slice(at).trim().slice(0, 10)}" has no meaning here`);
    if (found[1] !== "") tokens.push(found[1]);
    else break;
  }
  return tokens;
}

/** What the formula comes to, given the triggers' values. Throws a SyntaxError when it has no meaning or names no trigger. */
export function formula(text: string, names: readonly string[]): (values: Values) => number {
  const whole = new Parser(tokensOf(text), names).whole();
  return (values) => whole.of(values) as number;
}

class Parser {
  private at = 0;

  constructor(
    private readonly tokens: readonly string[],
    private readonly names: readonly string[],
  ) {}

  whole(): Part {
    const part = this.choice();
    if (this.at < this.tokens.length) throw new SyntaxError(`"${this.tokens[this.at]}" was not expected`);
    return wanted(part, "number");
  }

  private choice(): Part {
    const condition = this.binary(0);
    if (!this.take("?")) return condition;
    const test = wanted(condition, "boolean");
    const one = this.choice();
    this.need(":");
    const other = wanted(this.choice(), one.kind);
    return { kind: one.kind, of: (values) => (test.of(values) ? one : other).of(values) };
  }

  /** Operators that bind as strongly as `least` or more; powers from the right, all others from the left. */
  private binary(least: number): Part {
    let left = this.unary();
    for (;;) {
      const operator = Object.hasOwn(operators, this.next) ? operators[this.next] : undefined;
      if (operator === undefined || operator.binds < least) return left;
      this.at++;
      const right = wanted(this.binary(operator.binds === POWER ? POWER : operator.binds + 1), operator.takes);
      const before = wanted(left, operator.takes);
      const of = operator.of as (a: Value, b: Value) => Value;
      left = { kind: operator.gives, of: (values) => of(before.of(values), right.of(values)) };
    }
  }

  private unary(): Part {
    if (this.take("-")) {
      const part = wanted(this.binary(NEGATION), "number");
      return { kind: "number", of: (values) => -(part.of(values) as number) };
    }
    if (this.take("!") || this.take("not")) {
      const part = wanted(this.binary(NOT), "boolean");
      return { kind: "boolean", of: (values) => !part.of(values) };
    }
    if (this.take("(")) {
      const part = this.choice();
      this.need(")");
      return part;
    }
    return this.named();
  }

  private named(): Part {
    const word = this.next;
    this.at++;
    if (/^\d/.test(word)) return { kind: "number", of: () => Number(word) };
    if (word === "true" || word === "false") return { kind: "boolean", of: () => word === "true" };
    if (this.next === "(" && Object.hasOwn(functions, word)) return this.call(word);
    if (this.names.includes(word)) return { kind: "number", of: (values) => values[word] };
    throw new SyntaxError(`"${word}" is no trigger and no function; there are ${this.names.join(", ")}`);
  }

  private call(name: string): Part {
    this.need("(");
    const inList = this.take("[");
    const parts = [wanted(this.choice(), "number")];
    while (this.take(",")) parts.push(wanted(this.choice(), "number"));
    if (inList) this.need("]");
    this.need(")");
    if (OF_ONE.includes(name) && (inList || parts.length > 1)) throw new SyntaxError(`${name} takes one number`);
    return { kind: "number", of: (values) => functions[name](parts.map((one) => one.of(values) as number)) };
  }

  private get next(): string {
    return this.tokens[this.at] ?? "the end";
  }

  private take(token: string): boolean {
    if (this.next !== token) return false;
    this.at++;
    return true;
  }

  private need(token: string): void {
    if (!this.take(token)) throw new SyntaxError(`"${token}" was expected, not "${this.next}"`);
  }
}

function wanted(part: Part, kind: Part["kind"]): Part {
  if (part.kind !== kind) throw new SyntaxError(`a ${kind} was expected, not a ${part.kind}`);
  return part;
}
