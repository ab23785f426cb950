/** What a setting of a recipe is: a JSON Schema with a default and a description, and what a person reads of it. */
import { Type, type TSchema, type TSchemaOptions } from 'typebox';
import { Value } from 'typebox/value';
import { expectation } from '../../support/schema.js';

/** Settings by name. One without a default must be given. */
export type Settings = Readonly<Record<string, TSchema>>;

/** A setting and what is wrong with it. */
export type Conflict = readonly [key: string, problem: string];

/** The keywords of JSON Schema that documentation is made of. */
interface Keywords {
  readonly default?: unknown;
  readonly description?: string;
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

/** What is wrong with a value: what was found and what was expected; undefined where nothing is. */
export function problemOf(schema: TSchema, value: unknown): string | undefined {
  return Value.Check(schema, value) ? undefined : `found ${shown(value)}, expected ${expectation(schema)}`;
}

/** A value as a recipe writes it: JSON knows no number that is infinite or none. */
export function shown(value: unknown): string {
  if (typeof value !== 'number' || Number.isFinite(value)) return JSON.stringify(value) ?? 'nothing';
  return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf';
}
