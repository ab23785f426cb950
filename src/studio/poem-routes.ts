/** Writing and checking poems: what the page's Write, Check and Compare ask. */
import type { FastifyInstance } from 'fastify';
import { bookByName } from '../poetry/books.js';
import { checkPoem, type PoemCheck } from '../poetry/check.js';
import { readWriteOptions, type JsonRequest } from '../writing/json-request.js';
import { writeCandidates } from '../writing/writer.js';
import type { Admission } from './admission.js';
import { callerSignal, streamEvents } from './event-stream.js';
import type { ModelShelf } from './model-shelf.js';
import { CheckSchema, ErrorSchema, WriteSchema } from './schemas.js';

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
