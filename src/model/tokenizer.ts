/** Tokenizer and chat template of a model, by Hugging Face's own libraries. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { InputError } from '../support/errors.js';
import { isRecord, readJson } from '../support/files.js';
import {
  ChatTemplate,
  readChatTemplate,
  type ChatMessage,
  type ChatTemplateOptions,
  type SpecialTokens,
} from './chat-template.js';
import { chatTurns, type ChatTurns } from './chat-turns.js';

/** The part of the library's surface that is used here. */
interface TokenizerBackend {
  encode(text: string, options?: { add_special_tokens?: boolean }): { ids: number[] };
  decode(ids: number[], options?: { skip_special_tokens?: boolean }): string;
  token_to_id(token: string): number | undefined;
}

/** The library's types name their files without extensions, which resolves for bundlers only. */
const Backend = HuggingFaceTokenizer as unknown as new (
  tokenizer: object,
  config: object,
) => TokenizerBackend;

/** What a tokenizer is made of, wherever it was read. */
export interface TokenizerParts {
  /** Named in messages. */
  readonly name: string;
  /** The content of tokenizer.json. */
  readonly tokenizer: Record<string, unknown>;
  /** The content of tokenizer_config.json. */
  readonly config: Record<string, unknown>;
  /** The chat template in Jinja; a plain one where absent. */
  readonly template?: string;
  /** Tokens that end a text besides `eos_token`: generation_config.json and config.json name them. */
  readonly endTokens?: readonly number[];
}

const SPECIAL_TOKENS = ['bos_token', 'eos_token', 'pad_token', 'unk_token'] as const;

/** No tokenizer merges a line break with what follows. */
const LINE_BREAK = '\n';

/** A special token is a string, or an object that holds one. */
function specialTokens(config: Record<string, unknown>): SpecialTokens {
  const found = SPECIAL_TOKENS.map((name) => {
    const token = config[name];
    const text = isRecord(token) ? token['content'] : token;
    return [name, typeof text === 'string' ? text : undefined] as const;
  });
  return Object.fromEntries(found.filter(([, text]) => text !== undefined));
}

/** `eos_token_id` of a JSON file: one id or several; none where the file or the key is absent. */
async function endTokensOf(file: string): Promise<number[]> {
  const json = existsSync(file) ? await readJson(file) : undefined;
  const ids = isRecord(json) ? (json['eos_token_id'] ?? []) : [];
  const list: readonly unknown[] = Array.isArray(ids) ? ids : [ids];
  const wrong = list.find((id) => !Number.isInteger(id));
  if (wrong === undefined) return list as number[];
  throw new InputError(`${file}: eos_token_id has ${JSON.stringify(wrong)}, expected whole numbers`);
}

async function readRecord(file: string): Promise<Record<string, unknown>> {
  const json = await readJson(file);
  if (!isRecord(json)) throw new InputError(`${file}: expected an object`);
  return json;
}

/** Text to token ids and back; chats to text. */
export class Tokenizer {
  /** Ends an answer as it is learnt: what the chat template writes after it. */
  readonly endOfTurn: number;
  /** Separates documents. */
  readonly endOfText: number;
  /** The text of the token that ends a text (`eos_token`). */
  readonly endOfTextMark: string;
  /** What the tokenizer puts before every text, if it puts anything. */
  readonly beginning: number | undefined;
  /** Whether the chat template writes answers, and not only what is asked. */
  readonly templateAnswers: boolean;
  /** Any of these ends a text that a model writes. */
  readonly endTokens: ReadonlySet<number>;
  private readonly template: ChatTemplate;
  private readonly lineBreak: readonly number[];

  private constructor(
    private readonly backend: TokenizerBackend,
    private readonly parts: TokenizerParts,
  ) {
    const { name, config, template, endTokens = [] } = parts;
    const special = specialTokens(config);
    const idOf = (token: string | undefined): number | undefined =>
      token === undefined ? undefined : backend.token_to_id(token);
    const begin = backend.encode('', { add_special_tokens: true }).ids;
    [this.beginning] = begin;
    this.lineBreak = this.encode(LINE_BREAK);
    this.template = new ChatTemplate(template, special, this.decode(begin, { keepSpecial: true }), name);
    const eos = idOf(special.eos_token) ?? endTokens[0];
    if (eos === undefined) {
      throw new InputError(`${name}: no eos_token (tokenizer_config.json) and no eos_token_id (config.json)`);
    }
    const afterAnswer = this.template.afterAnswer();
    this.templateAnswers = afterAnswer !== undefined;
    const [after] = this.encode(afterAnswer ?? '');
    const isEnd =
      after !== undefined && (after === eos || endTokens.includes(after) || this.isSpecial(after));
    this.endOfTurn = isEnd ? after : eos;
    this.endOfText = idOf(special.pad_token) ?? eos;
    this.endOfTextMark = this.decode([eos], { keepSpecial: true });
    this.endTokens = new Set([this.endOfTurn, eos, this.endOfText, ...endTokens]);
  }

  /** Makes a tokenizer of what was read. @throws InputError where no token ends a text */
  static from(parts: TokenizerParts): Tokenizer {
    return new Tokenizer(new Backend(parts.tokenizer, parts.config), parts);
  }

  /** Reads tokenizer.json and tokenizer_config.json (the chat template may stand in chat_template.jinja). */
  static async load(folder: string): Promise<Tokenizer> {
    const file = (name: string): string => path.join(folder, name);
    const [tokenizer, config, template, generation, model] = await Promise.all([
      readRecord(file('tokenizer.json')),
      readRecord(file('tokenizer_config.json')),
      readChatTemplate(folder),
      endTokensOf(file('generation_config.json')),
      endTokensOf(file('config.json')),
    ]);
    return Tokenizer.from({
      name: folder,
      tokenizer,
      config,
      template,
      endTokens: [...generation, ...model],
    });
  }

  /** The same with another chat template. */
  withTemplate(template: string): Tokenizer {
    return new Tokenizer(this.backend, { ...this.parts, template });
  }

  /** The chat template in Jinja: the model's own or a plain one. */
  get chatTemplate(): string {
    return this.template.source;
  }

  /** Whether its tokens are merged bytes, so that few characters of other scripts are whole tokens. */
  get isByteLevel(): boolean {
    return JSON.stringify(this.parts.tokenizer['pre_tokenizer'] ?? null).includes('"ByteLevel"');
  }

  encode(text: string): number[] {
    return this.backend.encode(text, { add_special_tokens: false }).ids;
  }

  /** The ids of a text by itself, with what the tokenizer puts around every text. */
  encodeText(text: string): number[] {
    return this.backend.encode(text, { add_special_tokens: true }).ids;
  }

  /** The ids of a text that stands within another: without the mark that some tokenizers put before a text's first word. */
  encodeWithin(text: string): number[] {
    const before = this.lineBreak;
    const whole = this.encode(LINE_BREAK + text);
    return before.every((id, at) => id === whole[at]) ? whole.slice(before.length) : this.encode(text);
  }

  /** What a token writes within a text: with the space before a word, where it is its mark. */
  textWithin(id: number): string {
    return this.decode([...this.lineBreak, id]).slice(LINE_BREAK.length);
  }

  /** The text of token ids; chat markers are left out unless asked for. */
  decode(ids: readonly number[], { keepSpecial = false } = {}): string {
    if (ids.length === 0) return '';
    return this.backend.decode([...ids], { skip_special_tokens: !keepSpecial });
  }

  applyChatTemplate(messages: readonly ChatMessage[], options: ChatTemplateOptions = {}): string {
    return this.template.render(messages, options);
  }

  /** A chat as it is learnt, with the places of its answers. */
  chatTurns(messages: readonly ChatMessage[]): ChatTurns {
    return chatTurns(this.template, messages);
  }

  /** A prompt as the model reads it before it answers: template applied, thinking off. */
  encodePrompt(messages: readonly ChatMessage[]): number[] {
    return this.encode(
      this.applyChatTemplate(messages, { addGenerationPrompt: true, enableThinking: false }),
    );
  }

  /** An answer as it is learnt: its tokens and the end of the turn. */
  encodeCompletion(text: string): number[] {
    return [...this.encode(text), this.endOfTurn];
  }

  private isSpecial(id: number): boolean {
    return this.decode([id]) === '' && this.decode([id], { keepSpecial: true }) !== '';
  }
}
