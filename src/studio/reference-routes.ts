/** The rhyme books to look things up in: characters and rhyme groups. */
import type { FastifyInstance } from 'fastify';
import { findExampleLines } from '../corpus/example-lines.js';
import { bookByName } from '../poetry/readings/books.js';
import {
  lookUpCharacter,
  lookUpRhyme,
  type CharacterAnswer,
  type RhymeEntry,
} from '../poetry/readings/lookup.js';
import { normalizeText } from '../poetry/script/normalize.js';
import { isHan } from '../poetry/text.js';
import { StudioError } from './errors.js';
import { ErrorSchema, LookupSchema, RhymeSchema } from './schemas.js';

/** @param examples the poems that example lines are taken from, as `data build` takes them */
export function referenceRoutes(app: FastifyInstance, examples: readonly string[]): void {
  const response = { 400: ErrorSchema, 404: ErrorSchema };
  app.get<{ Querystring: { character: string } }>(
    '/api/lookup',
    {
      schema: {
        summary: 'How a character is read in 廣韻, 平水韵, 中华新韵 and 中华通韵, and how poets use it',
        tags: ['studio'],
        querystring: LookupSchema,
        response,
      },
    },
    async ({ query }): Promise<CharacterAnswer> => {
      const [character = '', ...more] = normalizeText(query.character).trim();
      if (!isHan(character) || more.length > 0) {
        throw new StudioError(400, 'invalid_request_error', 'character: expected one Chinese character');
      }
      return { ...lookUpCharacter(character), examples: await findExampleLines(character, examples) };
    },
  );

  app.get<{ Querystring: { group: string; book?: string; script?: 'simplified' | 'traditional' } }>(
    '/api/rhyme',
    {
      schema: {
        summary: 'The characters of a rhyme group, by how often poets rhyme on them',
        tags: ['studio'],
        querystring: RhymeSchema,
        response,
      },
    },
    async ({ query: { group, book, script } }): Promise<RhymeEntry[]> => {
      const found = lookUpRhyme(group, { book: book === undefined ? undefined : bookByName(book), script });
      if (found.length === 0)
        throw new StudioError(404, 'not_found_error', `group ${group}: no such rhyme group`);
      return found;
    },
  );
}
