/** Reading the keys of a config.json. */
import { InputError } from '../support/errors.js';
import { isRecord } from '../support/files.js';

/** The keys of a config.json (or of a part of it), read with their types. Errors name file, key, what is there and what is expected. */
export class ConfigKeys {
  constructor(
    private readonly json: Readonly<Record<string, unknown>>,
    /** Named in messages. */
    readonly file: string,
    /** The path of keys that leads here, with a point at its end. */
    private readonly path = '',
  ) {}

  /** Whether a key is there, and not null. */
  has(key: string): boolean {
    return (this.json[key] ?? null) !== null;
  }

  /** A positive number; `fallback` where the key is absent. */
  number(key: string, fallback?: number): number {
    const value = this.has(key) ? this.json[key] : (fallback ?? this.json[key]);
    if (typeof value !== 'number' || !(value > 0)) throw this.fault(key, 'a positive number');
    return value;
  }

  /** A whole number that may be 0; `fallback` where the key is absent. */
  count(key: string, fallback: number): number {
    const value = this.json[key] ?? fallback;
    if (!Number.isInteger(value) || Number(value) < 0) throw this.fault(key, 'a whole number from 0');
    return Number(value);
  }

  flag(key: string, fallback = false): boolean {
    const value = this.json[key] ?? fallback;
    if (typeof value !== 'boolean') throw this.fault(key, 'true or false');
    return value;
  }

  /** A list of positive numbers. */
  numbers(key: string): number[] {
    const value = this.json[key];
    const isPositive = (item: unknown): item is number => typeof item === 'number' && item > 0;
    if (!Array.isArray(value) || !value.every(isPositive))
      throw this.fault(key, 'a list of positive numbers');
    return value;
  }

  /** One of some words; `fallback` where the key is absent. */
  word<Word extends string>(key: string, words: readonly Word[], fallback: Word): Word {
    const value = this.json[key] ?? fallback;
    const found = words.find((word) => word === value);
    if (found === undefined) throw this.fault(key, words.map((word) => JSON.stringify(word)).join(' or '));
    return found;
  }

  /** One word for each of `count` things. */
  words<Word extends string>(key: string, words: readonly Word[], count: number): Word[] {
    const value = this.json[key];
    const isWord = (item: unknown): item is Word => words.includes(item as Word);
    if (!Array.isArray(value) || value.length !== count || !value.every(isWord)) {
      throw this.fault(key, `a list of ${count} of ${words.map((word) => JSON.stringify(word)).join(', ')}`);
    }
    return value;
  }

  /** The keys of an object within. */
  within(key: string): ConfigKeys {
    const value = this.json[key];
    if (!isRecord(value)) throw this.fault(key, 'an object');
    return new ConfigKeys(value, this.file, `${this.path}${key}.`);
  }

  /** Requires a key to be absent, null or `value`. */
  require(key: string, value: unknown, expected: string): void {
    if (this.has(key) && this.json[key] !== value) throw this.fault(key, expected);
  }

  fault(key: string, expected: string): InputError {
    return new InputError(
      `${this.file}: ${this.path}${key} is ${JSON.stringify(this.json[key])}, expected ${expected}`,
    );
  }
}
