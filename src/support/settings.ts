/** Numbers that settings are made of. What belongs to one room stands there. */
import { Type, type TSchemaOptions } from 'typebox';

/** More of anything that is counted is a slip of the hand. */
export const MOST = 1_000_000;

/** So many of something, one at least. */
export const countSchema = (maximum = MOST, options: TSchemaOptions = {}) =>
  Type.Integer({ minimum: 1, maximum, ...options });

/** So many of something, or none. */
export const wholeSchema = (maximum = MOST, options: TSchemaOptions = {}) =>
  Type.Integer({ minimum: 0, maximum, ...options });

/** A part of a whole. */
export const shareSchema = (options: TSchemaOptions = {}) =>
  Type.Number({ minimum: 0, maximum: 1, ...options });

/** What a random generator begins with: each whole number that a double holds exactly. */
export const SeedSchema = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'the same seed gives the same',
});

/** Seconds, up to a day. */
export const secondsSchema = (options: TSchemaOptions = {}) =>
  Type.Number({ exclusiveMinimum: 0, maximum: 86_400, ...options });
