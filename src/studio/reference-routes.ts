/** The rhyme books to look things up in: characters and rhyme groups. */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { findExampleLines } from '../corpus/example-lines.js';
import { bookByName } from '../poetry/readings/books.js';
import {
  lookUpCharacter,
  lookUpRhyme,
  type CharacterAnswer,
  type RhymeEntry,
} from '../poetry/readings/lookup.js';
import { normalizeText } from '../poetry/script/normalize.js';
import { StudioError } from './errors.js';
import { refusals } from './openapi.js';
import { LookupSchema, RhymeSchema } from './schemas.js';

/** @param examples the poems that example lines are taken from, as `data build` takes them */
export function referenceRoutes(app: FastifyInstance, examples: readonly string[]): void {
  app.get<{ Querystring: { character: string } }>(
    '/api/lookup',
    {
      schema: {
        summary: 'How a character is read in 廣韻, 平水韵, 中华新韵 and 中华通韵, and how poets use it',
        tags: ['studio'],
        querystring: LookupSchema,
        response: { 200: Type.Unknown({ description: 'its readings in each book, and lines that have it' }) },
      },
    },
    async ({ query }): Promise<CharacterAnswer> => {
      const [character = ''] = normalizeText(query.character).trim();
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
        response: {
          200: Type.Unknown({ description: 'the groups of that name, each with its characters' }),
          ...refusals(404),
        },
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
