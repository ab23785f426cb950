/** Values checked against JSON schemas (TypeBox), in one line that names the key, what was found and what was expected. */
import { distance } from 'fastest-levenshtein';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { InputError, oneLine } from './errors.js';
import { isRecord } from './files.js';

/** Characters of a value that a message shows. */
const SHOWN = 60;

/** JSON Schema's keywords that are read here. */
interface Keywords {
  /** What a value must be, in words, where the other keywords do not say it well. */
  readonly expected?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly TSchema[];
  readonly items?: TSchema;
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly additionalProperties?: boolean | TSchema;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  boolean: 'true or false',
  null: 'null',
  array: 'a list',
  object: 'an object',
};

/** What a schema expects, as messages say it: `a whole number from 1 to 64`. Its own `expected` where it has one. */
export function expectation(schema: TSchema): string {
  const keywords = schema as Keywords;
  if (keywords.expected !== undefined) return keywords.expected;
  if (keywords.anyOf) return [...new Set(keywords.anyOf.map(expectation))].join(' or ');
  if (keywords.enum) return `one of ${keywords.enum.join(', ')}`;
  if (keywords.const !== undefined) return String(keywords.const).replace(/^-/u, '−');
  const { type = '' } = keywords;
  if (type === 'number' || type === 'integer') return expectedNumber(keywords);
  if (type === 'string') return `${TYPES[type]}${span(keywords.minLength, keywords.maxLength, 'character')}`;
  if (type === 'array') return expectedList(keywords);
  return TYPES[type] ?? 'something else';
}

function expectedNumber({ type, minimum, exclusiveMinimum, maximum, exclusiveMaximum }: Keywords): string {
  const noun = type === 'integer' ? 'a whole number' : 'a number';
  const most = maximum === Number.MAX_SAFE_INTEGER ? '2^53 − 1' : maximum;
  if (exclusiveMinimum === 0) return `a positive number${most === undefined ? '' : ` up to ${most}`}`;
  const least = minimum === Number.MIN_SAFE_INTEGER ? '−2^53 + 1' : minimum;
  if (least !== undefined && most !== undefined) return `${noun} from ${least} to ${most}`;
  const lower = least === undefined ? '' : ` of ${least} or more`;
  return exclusiveMaximum === undefined ? noun + lower : `${noun}${lower} and below ${exclusiveMaximum}`;
}

function expectedList({ items, minItems, maxItems }: Keywords): string {
  const { enum: members } = (items ?? {}) as Keywords;
  if (members) return `a list of some of ${members.join(', ')}`;
  return `a list${span(minItems, maxItems, 'item')}${items === undefined ? '' : `, each ${expectation(items)}`}`;
}

/** How many there may be of something; nothing where any number may. */
function span(least: number | undefined, most: number | undefined, what: string): string {
  if (most !== undefined) return ` of ${least ? `${least} to ` : 'at most '}${most} ${what}s`;
  return least !== undefined && least > 1 ? ` of at least ${least} ${what}s` : '';
}

/** The known name that a mistaken one is nearest to. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const [first, ...others] = known;
  if (first === undefined) return undefined;
  return others.reduce((best, one) => (distance(name, one) < distance(name, best) ? one : best), first);
}

/** A value as messages show it: JSON in one line, the beginning of it where it is long. */
export function shownValue(value: unknown): string {
  const json = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return oneLine(clipped(json));
}

/** The beginning of a text that is long. */
export function clipped(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/**
 * The first thing about a value that its schema does not allow: `KEY: found VALUE, expected …`. Undefined where all is well.
 *
 * @param name what the value is called; the names of its keys are appended to it
 */
export function problemOf(schema: TSchema, value: unknown, name = ''): string | undefined {
  const right: boolean = Value.Check(schema, value);
  if (right) return undefined;
  const keywords = schema as Keywords;
  const within = keywords.properties && isRecord(value) ? problemOfKeys(keywords, value, name) : undefined;
  if (within !== undefined) return within;
  if (keywords.items && Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const problem = problemOf(keywords.items, item, `${name}[${index}]`);
      if (problem !== undefined) return problem;
    }
  }
  for (const branch of keywords.anyOf ?? []) {
    // Of several kinds the one is meant that is of the value's own, as far as it has parts.
    const { type } = branch as Keywords;
    const meant = (type === 'object' && isRecord(value)) || (type === 'array' && Array.isArray(value));
    const problem = meant ? problemOf(branch, value, name) : undefined;
    if (problem !== undefined) return problem;
  }
  return `${name === '' ? '' : `${name}: `}found ${shownValue(value)}, expected ${expectation(schema)}`;
}

function problemOfKeys(keywords: Keywords, value: Record<string, unknown>, name: string): string | undefined {
  const { properties = {}, required = [], additionalProperties } = keywords;
  const at = (key: string): string => (name === '' ? key : `${name}.${key}`);
  const known = Object.keys(properties);
  for (const key of Object.keys(value)) {
    if (additionalProperties !== false || known.includes(key)) continue;
    const near = nearestName(key, known);
    const close = near !== undefined && distance(key, near) * 2 <= near.length;
    return `${at(key)}: unknown key${close ? `, did you mean ${near}?` : ''}`;
  }
  for (const key of required)
    if (value[key] === undefined)
      return `${at(key)}: missing, expected ${expectation(properties[key] ?? {})}`;
  for (const [key, schema] of Object.entries(properties)) {
    const problem = value[key] === undefined ? undefined : problemOf(schema, value[key], at(key));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The value, which is what its schema says. @throws InputError naming the key, what was found and what was expected */
export function checked<T extends TSchema>(schema: T, value: unknown, name = ''): Static<T> {
  const problem = problemOf(schema, value, name);
  if (problem !== undefined) throw new InputError(problem);
  return value as Static<T>;
}
