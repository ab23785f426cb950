/**
 * The graph: values, the ONNX nodes that make them, and the tape that differentiation reads.
 *
 * Knows nothing of models or poems, and computes nothing: ONNX Runtime runs what is described here.
 */

export type ElementType = 'float32' | 'bfloat16' | 'float16' | 'int64' | 'int32' | 'int8' | 'uint8' | 'bool';

/** A dimension is a number, or the name of one that is known only when the graph runs. */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

export type AttributeValue = number | string | readonly number[] | { readonly float: number };
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** One tensor of a graph. Made by {@link Graph}, never by hand. */
export interface Value {
  readonly graph: Graph;
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
}

/** One ONNX node as it will be written to the model. */
export interface Node {
  readonly operator: string;
  readonly domain: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
}

/**
 * One step of the computation as differentiation sees it. Usually the same as a node; an operator made of
 * several nodes with a gradient of its own (for example the cross-entropy) is a single entry.
 */
export interface TapeEntry {
  readonly rule: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
  /** For a part that is computed anew on the way back: builds it again from its first input. */
  readonly rebuild?: (input: Value) => Value;
}

/** Constant bytes inside the model. */
export interface InlineInitializer {
  readonly kind: 'inline';
  readonly value: Value;
  readonly data: Uint8Array;
}

/** Constant bytes in another file: `offset` and `length` count bytes. */
export interface ExternalInitializer {
  readonly kind: 'external';
  readonly value: Value;
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

export type Initializer = InlineInitializer | ExternalInitializer;

/** Where the bytes of a weight lie: a file (its base name), offset and length in bytes. */
export interface ExternalLocation {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** Names one kind of thing that a graph keeps: see {@link Graph.memo}. */
export interface MemoKind<T> {
  readonly label: string;
  /** Never there: tells the type. */
  readonly made?: T;
}

const CONSTANTS: MemoKind<Value> = { label: 'constants' };

/** An ONNX graph under construction. */
export class Graph {
  readonly nodes: Node[] = [];
  readonly tape: TapeEntry[] = [];
  readonly inputs: Value[] = [];
  readonly outputs: { readonly name: string; readonly value: Value }[] = [];
  readonly initializers: Initializer[] = [];
  /** Vectors that hold a shape at run time, by the names of its dimensions: a name stands for one size in all of a graph. */
  readonly runtimeShapes = new Map<string, Value>();
  /** Bits that activations are rounded to where products are of integers. */
  activationBits: 7 | 8 = 8;
  private count = 0;
  private recording = true;
  private readonly memos = new Map<MemoKind<unknown>, Map<unknown, unknown>>();

  /** What this graph has of a kind under a key: made the first time that it is asked for. */
  memo<T>(kind: MemoKind<T>, key: unknown, make: () => T): T {
    const made = this.memos.get(kind) ?? new Map<unknown, unknown>();
    this.memos.set(kind, made);
    if (!made.has(key)) made.set(key, make());
    return made.get(key) as T;
  }

  /** A value with a name of its own. `hint` makes the name readable in a profile. */
  value(hint: string, type: ElementType, shape: Shape): Value {
    this.count += 1;
    return { graph: this, name: `${hint}_${this.count}`, type, shape };
  }

  /** An input that every run must feed. */
  input(name: string, type: ElementType, shape: Shape): Value {
    if (this.inputs.some((input) => input.name === name)) {
      throw new Error(`graph input ${name} is declared twice`);
    }
    const value: Value = { graph: this, name, type, shape };
    this.inputs.push(value);
    return value;
  }

  /** Names a value as an output of the graph. */
  output(name: string, value: Value): void {
    this.outputs.push({ name, value });
  }

  /** A constant whose bytes are stored in the model. */
  constant(hint: string, type: ElementType, shape: Shape, data: ArrayBufferView): Value {
    const value = this.value(hint, type, shape);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.initializers.push({ kind: 'inline', value, data: bytes });
    return value;
  }

  /** A scalar (rank 0) float constant; equal scalars share one initializer. */
  scalar(number: number): Value {
    return this.memo(CONSTANTS, `f${number}`, () =>
      this.constant('scalar', 'float32', [], Float32Array.of(number)),
    );
  }

  /** A one-dimensional int64 constant (axes, shapes, indices); equal ones share one initializer. */
  integers(numbers: readonly number[]): Value {
    return this.memo(CONSTANTS, `i${numbers.join(',')}`, () =>
      this.constant(
        'integers',
        'int64',
        [numbers.length],
        BigInt64Array.from(numbers, (n) => BigInt(n)),
      ),
    );
  }

  /** A weight whose bytes stay in their own file. */
  external(name: string, type: ElementType, shape: Shape, location: ExternalLocation): Value {
    const value: Value = { graph: this, name, type, shape };
    this.initializers.push({ kind: 'external', value, ...location });
    return value;
  }

  /** Appends an ONNX node and records it on the tape under its operator's name. */
  node(node: Node): void {
    this.nodes.push(node);
    if (this.recording) {
      this.tape.push({
        rule: node.operator,
        inputs: node.inputs,
        outputs: node.outputs,
        attributes: node.attributes,
      });
    }
  }

  /**
   * Builds nodes that differentiation does not look into, and records `entry` (if any) in their stead.
   */
  composite<T>(build: () => T, entry?: (built: T) => TapeEntry): T {
    const before = this.recording;
    this.recording = false;
    let built: T;
    try {
      built = build();
    } finally {
      this.recording = before;
    }
    if (entry && before) this.tape.push(entry(built));
    return built;
  }

  /** Builds nodes and returns what they recorded, on a tape of their own. */
  record<T>(build: () => T): { built: T; tape: TapeEntry[] } {
    const before = this.recording;
    const start = this.tape.length;
    this.recording = true;
    try {
      const built = build();
      return { built, tape: this.tape.splice(start) };
    } finally {
      this.recording = before;
    }
  }

  /** The nodes by which `build` computes a value, under the name that the value has already; they are no part of the graph. */
  computing(value: Value, build: () => Value): readonly Node[] {
    const start = this.nodes.length;
    this.composite(build);
    const nodes = this.nodes.splice(start);
    const last = nodes.pop();
    if (!last) throw new Error(`nothing computes ${value.name}`);
    return [...nodes, { ...last, outputs: [value] }];
  }
}
