/** Writing and checking poems: what the page's Write, Check and Compare ask. */
import type { FastifyInstance } from 'fastify';
import { bookByName } from '../poetry/books.js';
import { checkPoem, type PoemCheck } from '../poetry/check.js';
import { FORM_NAMES, FORMS, type FormName } from '../poetry/forms.js';
import { RHYME_GROUPS } from '../poetry/pingshui.js';
import { parsePrompt } from '../poetry/prompt.js';
import { RULES } from '../poetry/rules.js';
import { THEME_NAMES } from '../poetry/themes.js';
import { writeCandidates, type WriteOptions } from '../writing/writer.js';
import type { WrittenPoem } from '../writing/written-poem.js';
import { LIFTABLE_RULES } from '../writing/tonal-templates.js';
import type { Admission } from './admission.js';
import { readConstraints } from './constraints.js';
import { callerSignal, streamEvents } from './event-stream.js';
import type { ModelShelf } from './model-shelf.js';
import { CheckSchema, ErrorSchema, WriteSchema, type WriteBody } from './schemas.js';

export interface PoemServices {
  readonly shelf: ModelShelf;
  readonly admission: Admission;
}

const DEFAULT_FORM: FormName = '五言绝句';

/** What a poem can be asked for: the choices of the page. */
export const POEM_CHOICES = {
  forms: FORM_NAMES.map((name) => ({ name, ...FORMS[name] })),
  themes: THEME_NAMES,
  rhymeGroups: RHYME_GROUPS.filter(({ category }) => category === '平').map(({ label }) => label),
  liftable: LIFTABLE_RULES,
  rules: Object.values(RULES),
};

/** The events of a writing: `text` as candidates grow, then `poems`, the best first. */
export type WriteEvent =
  | { readonly event: 'text'; readonly data: { readonly candidate: number; readonly text: string } }
  | { readonly event: 'poems'; readonly data: { readonly poems: readonly WrittenPoem[] } };

export function poemRoutes(app: FastifyInstance, { shelf, admission }: PoemServices): void {
  app.post<{ Body: WriteBody }>(
    '/api/write',
    {
      schema: {
        summary: 'Candidates of one poem as server-sent events',
        description:
          'Events: text {candidate, text} as they grow, poems {poems} with checks and scores, error.',
        tags: ['studio'],
        body: WriteSchema,
        response: { 400: ErrorSchema, 404: ErrorSchema, 429: ErrorSchema },
      },
    },
    async (request, reply) => {
      const listing = await shelf.find(request.body.model);
      const options = readWriteOptions(request.body);
      const caller = callerSignal(request, reply);
      return streamEvents(reply, (send) =>
        admission.run(options.candidates ?? 1, caller, (signal) =>
          shelf.use(listing, async (poet) => {
            const [poems = []] = await writeCandidates(poet, {
              ...options,
              signal,
              onToken: (candidate, text) => send({ candidate, text }, 'text'),
            });
            send({ poems }, 'poems');
          }),
        ),
      );
    },
  );

  app.post<{ Body: { text: string; book?: string } }>(
    '/api/check',
    { schema: { summary: 'The meter and rhyme of a poem', tags: ['studio'], body: CheckSchema } },
    async ({ body: { text, book } }): Promise<PoemCheck> =>
      checkPoem(text, { book: book === undefined ? undefined : bookByName(book) }),
  );
}

/** A request as the library's options. What the prompt says goes before what is left out. */
function readWriteOptions(body: WriteBody): WriteOptions {
  const { prompt, constraints, sampling, free, original, candidates, seed } = body;
  const parsed = prompt === undefined ? undefined : parsePrompt(prompt);
  const form = (body.form as FormName | undefined) ?? parsed?.form ?? DEFAULT_FORM;
  const themes = body.themes ?? parsed?.themes ?? [];
  return {
    ...readConstraints(constraints),
    ...{ form, themes, prompt, sampling, free, original, candidates, seed },
  };
}
