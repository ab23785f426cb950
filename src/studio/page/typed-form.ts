/** The form that a typed prompt names. What reads prompts is large: it comes when one is typed. */
import type { RequestFields } from './request-fields.js';

/** The fields with the form of their prompt: what was typed says more than a choice that stands there by itself. */
export async function withTypedForm(fields: RequestFields): Promise<RequestFields> {
  if (fields.prompt.trim() === '') return fields;
  const { parsePrompt } = await import('../../poetry/prompt.js');
  return { ...fields, form: parsePrompt(fields.prompt).form ?? fields.form };
}
