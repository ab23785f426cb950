/** Tokenizer and chat template of a model folder, by Hugging Face's own libraries. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Template } from '@huggingface/jinja';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { InputError } from '../support/errors.js';
import { isRecord, readJson, readText } from '../support/files.js';

export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

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

export interface ChatTemplateOptions {
  readonly addGenerationPrompt?: boolean;
  /** Qwen3's switch: with false, the answer starts after an empty thought. Templates without it ignore it. */
  readonly enableThinking?: boolean;
}

/** The chat template of a model folder: chat_template.jinja, or the key of tokenizer_config.json. */
export async function readChatTemplate(folder: string): Promise<string> {
  const templateFile = path.join(folder, 'chat_template.jinja');
  if (existsSync(templateFile)) return readText(templateFile);
  const configFile = path.join(folder, 'tokenizer_config.json');
  const config = await readJson(configFile);
  const template = isRecord(config) ? config['chat_template'] : undefined;
  if (typeof template !== 'string') {
    throw new InputError(`${configFile}: chat_template is missing, expected a string`);
  }
  return template;
}

/** Text to token ids and back; chats to text. */
export class Tokenizer {
  private constructor(
    private readonly backend: TokenizerBackend,
    private readonly template: Template,
    /** Ends an answer: the chat's end-of-turn token. */
    readonly endOfTurn: number,
    /** Separates documents. */
    readonly endOfText: number,
  ) {}

  /** Reads tokenizer.json and tokenizer_config.json (the chat template may stand in chat_template.jinja). */
  static async load(folder: string): Promise<Tokenizer> {
    const tokenizerJson = await readJson(path.join(folder, 'tokenizer.json'));
    const configFile = path.join(folder, 'tokenizer_config.json');
    const config = await readJson(configFile);
    if (!isRecord(tokenizerJson) || !isRecord(config)) {
      throw new InputError(`${folder}: tokenizer.json and tokenizer_config.json must be objects`);
    }
    const source = await readChatTemplate(folder);
    const backend = new Backend(tokenizerJson, config);
    const id = (token: string): number => {
      const found = backend.token_to_id(token);
      if (found === undefined) throw new InputError(`${folder}: tokenizer.json has no token ${token}`);
      return found;
    };
    return new Tokenizer(backend, new Template(source), id('<|im_end|>'), id('<|endoftext|>'));
  }

  encode(text: string): number[] {
    return this.backend.encode(text, { add_special_tokens: false }).ids;
  }

  /** The text of token ids; chat markers are left out unless asked for. */
  decode(ids: readonly number[], { keepSpecial = false } = {}): string {
    if (ids.length === 0) return '';
    return this.backend.decode([...ids], { skip_special_tokens: !keepSpecial });
  }

  applyChatTemplate(messages: readonly ChatMessage[], options: ChatTemplateOptions = {}): string {
    return this.template.render({
      messages,
      add_generation_prompt: options.addGenerationPrompt ?? false,
      ...(options.enableThinking === undefined ? {} : { enable_thinking: options.enableThinking }),
    });
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
}
