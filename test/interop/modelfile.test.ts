import { describe, expect, it } from 'vitest';
import { goTemplate, modelfile, modelfileOf } from '../../src/interop/modelfile.js';
import type { ChatMessage } from '../../src/model/chat-template.js';
import { Tokenizer } from '../../src/model/tokenizer.js';

/** What Go's text/template makes of the few constructs that the template has. */
function filled(template: string, messages: readonly ChatMessage[]): string {
  const system = messages.find(({ role }) => role === 'system')?.content;
  const begin = /\{\{ if \.System \}\}([\s\S]*?)\{\{ else \}\}([\s\S]*?)\{\{ end \}\}\{\{ \$later/.exec(
    template,
  );
  const loop =
    /range \.Messages \}\}\{\{ if eq \.Role "user" \}\}\{\{ if \$later \}\}([\s\S]*?)\{\{ end \}\}\{\{ \$later = true \}\}\{\{ \.Content \}\}\{\{ else if eq \.Role "assistant" \}\}([\s\S]*?)\{\{ \.Content \}\}\{\{ end \}\}\{\{ end \}\}([\s\S]*)$/.exec(
      template,
    );
  const [, withSystem = '', without = ''] = begin ?? [];
  const [, next = '', answer = '', prompt = ''] = loop ?? [];
  let text = system === undefined ? without : withSystem.replace('{{ .System }}', system);
  let later = false;
  for (const { role, content } of messages) {
    if (role === 'user') {
      text += (later ? next : '') + content;
      later = true;
    } else if (role === 'assistant') text += answer + content;
  }
  return text + prompt;
}

describe('a Modelfile', async () => {
  const tokenizer = await Tokenizer.load('models/miniature');
  const template = goTemplate(tokenizer);
  const user = (content: string): ChatMessage => ({ role: 'user', content });
  const conversations: Record<string, ChatMessage[]> = {
    'one question': [user('写一首五言绝句')],
    'several turns': [user('写一首'), { role: 'assistant', content: '白日依山尽' }, user('再写一首')],
    'a system’s message': [{ role: 'system', content: '你是诗人' }, user('写一首')],
  };

  it.each(Object.entries(conversations))('asks as the chat template does: %s', (_, messages) => {
    const asked = tokenizer.applyChatTemplate(messages, { addGenerationPrompt: true, enableThinking: false });
    expect(filled(template, messages)).toBe(asked);
  });

  it('names the file, the template, what ends an answer, and sampling', () => {
    const text = modelfile('out/poet.gguf', tokenizer, { temperature: 0.8 });
    expect(text).toContain('FROM ./poet.gguf\n');
    expect(text).toContain(`TEMPLATE """${template}"""\n`);
    expect(text).toContain('PARAMETER stop "<|im_end|>"\n');
    expect(text).toContain('PARAMETER temperature 0.8\n');
    expect(modelfileOf('out/poet.gguf')).toBe('out/poet.Modelfile');
  });
});
