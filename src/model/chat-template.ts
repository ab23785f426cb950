/** How a chat becomes text: the template of a model folder, or a plain one. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Template } from '@huggingface/jinja';
import { InputError, messageOf } from '../support/errors.js';
import { isRecord, readJson, readText } from '../support/files.js';

export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

export interface ChatTemplateOptions {
  readonly addGenerationPrompt?: boolean;
  /** With false, a thinking model answers after an empty thought. */
  readonly enableThinking?: boolean;
}

/** The texts of special tokens that a template may write. */
export interface SpecialTokens {
  readonly bos_token?: string;
  readonly eos_token?: string;
  readonly pad_token?: string;
  readonly unk_token?: string;
}

/**
 * For a model that was made without chats: prompt, newline, answer, end token.
 *
 * @param begin what the tokenizer puts before every text
 */
function plainTemplate(begin: string): string {
  return [
    `{{ ${JSON.stringify(begin)} }}{%- for message in messages -%}{%- if message['role'] == 'assistant' -%}`,
    "{{ message['content'] + eos_token }}",
    "{%- else -%}{{ message['content'] + '\\n' }}{%- endif -%}{%- endfor -%}",
  ].join('');
}

/** An answer begun with a thought. */
const OPEN_THOUGHT = /<think>\s*$/;
const EMPTY_THOUGHT = '<think>\n\n</think>\n\n';

/** The beginning or the end of what a model writes, as Transformers lets a template say it. */
const GENERATION = /\{%(-?)\s*(?:end)?generation\s*(-?)%\}/u;

/** Written at these places: no template and no text has it. */
const MARK = '\uE0A6';

function withMarks(source: string): string {
  return source.replace(new RegExp(GENERATION, 'gu'), (_, before: string, after: string) => {
    return `{%${before} if true %}{{ ${JSON.stringify(MARK)} }}{% endif ${after}%}`;
  });
}

/** The file of a template, in a model folder or beside an adapter that was trained with it. */
export const CHAT_TEMPLATE_FILE = 'chat_template.jinja';

/** The template of a folder: chat_template.jinja, or the key of tokenizer_config.json; none where there is neither. */
export async function readChatTemplate(folder: string): Promise<string | undefined> {
  const templateFile = path.join(folder, CHAT_TEMPLATE_FILE);
  if (existsSync(templateFile)) return readText(templateFile);
  const file = path.join(folder, 'tokenizer_config.json');
  if (!existsSync(file)) return undefined;
  const config = await readJson(file);
  const template = isRecord(config) ? (config['chat_template'] ?? undefined) : undefined;
  if (template === undefined || typeof template === 'string') return template;
  // A list of templates by name, for chats, tools and retrieval.
  const named = Array.isArray(template) ? template.filter(isRecord) : [];
  const chosen = named.find(({ name }) => name === 'default')?.['template'];
  if (typeof chosen === 'string') return chosen;
  throw new InputError(`${file}: chat_template is neither a string nor a list with one named "default"`);
}

/** Chats to text. */
export class ChatTemplate {
  /** In Jinja, as Transformers has it. */
  readonly source: string;
  private readonly template: Template;
  private marked: Template | undefined;

  /**
   * @param source the template; a plain one where absent
   * @param begin what the tokenizer puts before every text: the plain template writes it
   * @param name of the file, for messages
   */
  constructor(
    source: string | undefined,
    private readonly special: SpecialTokens,
    begin: string,
    readonly name: string,
  ) {
    this.source = source ?? plainTemplate(begin);
    this.template = this.guarded(() => new Template(this.source));
  }

  /** @throws InputError for messages that the template refuses */
  render(messages: readonly ChatMessage[], options: ChatTemplateOptions = {}): string {
    const { addGenerationPrompt = false, enableThinking } = options;
    const text = this.guarded(() =>
      this.template.render({
        ...this.special,
        messages,
        add_generation_prompt: addGenerationPrompt,
        ...(enableThinking === undefined ? {} : { enable_thinking: enableThinking }),
      }),
    );
    return enableThinking === false && addGenerationPrompt ? text.replace(OPEN_THOUGHT, EMPTY_THOUGHT) : text;
  }

  /**
   * A chat by turns outside and inside of the template's own `{% generation %}` blocks, beginning outside. Undefined where it has none.
   *
   * @throws InputError for messages that the template refuses
   */
  renderMarked(messages: readonly ChatMessage[]): string[] | undefined {
    if (!GENERATION.test(this.source)) return undefined;
    this.marked ??= this.guarded(() => new Template(withMarks(this.source)));
    const { marked } = this;
    return this.guarded(() =>
      marked.render({ ...this.special, messages, add_generation_prompt: false }),
    ).split(MARK);
  }

  /** What the template writes after an answer; undefined where it writes no answers. */
  afterAnswer(): string | undefined {
    const answer = '\u7B54';
    try {
      const messages = [
        { role: 'user', content: '\u95EE' },
        { role: 'assistant', content: answer },
      ];
      const [, ...after] = this.render(messages).split(answer);
      return after.at(-1);
    } catch {
      return undefined;
    }
  }

  private guarded<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw new InputError(`${this.name}: the chat template fails (${messageOf(error)})`);
    }
  }
}
