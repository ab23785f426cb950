/** What a setting of a recipe is: a JSON Schema with a default and a description, and what a person reads of it. */
import { Type, type TSchema, type TSchemaOptions } from 'typebox';
import { Value } from 'typebox/value';

/** Settings by name. One without a default must be given. */
export type Settings = Readonly<Record<string, TSchema>>;

/** The keywords of JSON Schema that settings are made of. */
interface Keywords {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly TSchema[];
  readonly items?: TSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly default?: unknown;
  readonly description?: string;
  /** What a value must be, in words, where the other keywords do not say it well. */
  readonly expected?: string;
}

const keywordsOf = (schema: TSchema): Keywords => schema;

/** The value where none is given. */
export const defaultOf = (schema: TSchema): unknown => keywordsOf(schema).default;
export const descriptionOf = (schema: TSchema): string => keywordsOf(schema).description ?? '';

/** A setting that may be null. */
export const nullable = <T extends TSchema>(schema: T, options: TSchemaOptions) =>
  Type.Union([Type.Null(), schema], options);

/** A whole number, or −1 for no limit. */
export const limit = (maximum: number, options: TSchemaOptions) =>
  Type.Union([Type.Literal(-1), Type.Integer({ minimum: 1, maximum })], options);

const NOUNS: Readonly<Record<string, string>> = {
  number: 'a number',
  integer: 'a whole number',
  string: 'a string',
  boolean: 'true or false',
  null: 'null',
};

/** What a value of a setting must be, in words. */
export function expectation(schema: TSchema): string {
  const { type = '', const: literal, enum: choices, anyOf, items, expected } = keywordsOf(schema);
  if (expected !== undefined) return expected;
  if (choices) return `one of ${choices.join(', ')}`;
  if (literal !== undefined) return String(literal).replace(/^-/u, '−');
  if (anyOf) return anyOf.map(expectation).join(' or ');
  if (items) {
    const { enum: members } = keywordsOf(items);
    return members ? `a list of some of ${members.join(', ')}` : `a list, each ${expectation(items)}`;
  }
  if (type === 'number' || type === 'integer') return expectedNumber(schema);
  return NOUNS[type] ?? type;
}

function expectedNumber(schema: TSchema): string {
  const { type = '', minimum, maximum, exclusiveMinimum, exclusiveMaximum } = keywordsOf(schema);
  const noun = NOUNS[type] ?? type;
  if (exclusiveMinimum === 0) return `a positive number${maximum === undefined ? '' : ` up to ${maximum}`}`;
  if (minimum !== undefined && maximum !== undefined) return `${noun} from ${minimum} to ${maximum}`;
  const lower = minimum === undefined ? '' : ` of ${minimum} or more`;
  return exclusiveMaximum === undefined ? noun + lower : `${noun}${lower} and below ${exclusiveMaximum}`;
}

/** What is wrong with a value: what was found and what was expected; undefined where nothing is. */
export function problemOf(schema: TSchema, value: unknown): string | undefined {
  return Value.Check(schema, value) ? undefined : `found ${shown(value)}, expected ${expectation(schema)}`;
}

/** A value as a recipe writes it: JSON knows no number that is infinite or none. */
export function shown(value: unknown): string {
  if (typeof value !== 'number' || Number.isFinite(value)) return JSON.stringify(value) ?? 'nothing';
  return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf';
}
