/** Writing and checking poems: what the page's Write, Check and Compare ask. */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { bookByName } from '../poetry/readings/books.js';
import { checkText, type TextCheck } from '../poetry/prosody/check-text.js';
import { readPoemLines } from '../poetry/parsing/poem-text.js';
import type { RhymeBook } from '../poetry/readings/readings.js';
import { readWriteOptions, type JsonRequest } from '../writing/json-request.js';
import type { Suggestion } from '../writing/suggest.js';
import { writeCandidates } from '../writing/writer.js';
import type { Admission } from './admission.js';
import { callerSignal, streamEvents } from './event-stream.js';
import type { ModelShelf } from './model-shelf.js';
import { contentOf, EVENTS, refusals, WRITING } from './openapi.js';
import { CheckSchema, SuggestSchema, WriteSchema } from './schemas.js';

export interface PoemServices {
  readonly shelf: ModelShelf;
  readonly admission: Admission;
}

export function poemRoutes(app: FastifyInstance, { shelf, admission }: PoemServices): void {
  app.post<{ Body: JsonRequest }>(
    '/api/write',
    {
      schema: {
        summary: 'Candidates of one poem as server-sent events',
        description:
          'Events: text {candidate, text} as they grow, poems {poems} with checks and scores, error.',
        tags: ['studio'],
        body: WriteSchema,
        response: { 200: contentOf('the events', EVENTS), ...refusals(...WRITING) },
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

  app.post<{ Body: CheckRequest }>(
    '/api/check',
    {
      schema: {
        summary: 'The meter and rhyme of the first poem of a text',
        description: 'Titles, notes and the like may stand around it: leftOut says what was left out.',
        tags: ['studio'],
        body: CheckSchema,
        response: { 200: Type.Unknown({ description: 'form, meter, rhyme and what breaks a rule' }) },
      },
    },
    async ({ body: { text, book } }): Promise<TextCheck> => checkText(text, { book: bookOf(book) }),
  );

  app.post<{ Body: CheckRequest & { readonly model?: string } }>(
    '/api/suggest',
    {
      schema: {
        summary: 'For each fault of a poem single characters that mend it, as the model likes them',
        tags: ['studio'],
        body: SuggestSchema,
        response: {
          200: Type.Unknown({ description: 'the faults, each with the characters that mend it' }),
          ...refusals(...WRITING),
        },
      },
    },
    async (request, reply): Promise<Suggestion[]> => {
      const { text, book, model } = request.body;
      const listing = await shelf.find(model);
      return admission.run(1, callerSignal(request, reply), (signal) =>
        shelf.use(listing, (poet) => poet.suggest(readPoemLines(text), { book: bookOf(book), signal })),
      );
    },
  );
}

interface CheckRequest {
  readonly text: string;
  readonly book?: string;
}

const bookOf = (name: string | undefined): RhymeBook | undefined =>
  name === undefined ? undefined : bookByName(name);
