/** The studio's server: one place where its parts meet. It knows nothing of the command line, and the page nothing of it but its routes. */
import { readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import files from '@fastify/static';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { POEM_CHOICES } from '../writing/choices.js';
import { lockFolder } from '../support/lock.js';
import { Admission, type AdmissionOptions } from './admission.js';
import { chatRoutes, OPENAI_ROUTES } from './chat-routes.js';
import { endWithin, GRACE } from './ending.js';
import { requestValidator, sendError, StudioError } from './errors.js';
import { jobRoutes, reportRoutes } from './job-routes.js';
import { Jobs } from './jobs.js';
import { ModelShelf, type ShelfOptions } from './model-shelf.js';
import { describeRoutes, refusals } from './openapi.js';
import { poemRoutes } from './poem-routes.js';
import { referenceRoutes } from './reference-routes.js';
import { AddModelSchema } from './schemas.js';
import {
  guardOrigins,
  guardRoutes,
  isOwnerOnly,
  openRoutes,
  PUBLIC,
  type SecurityOptions,
} from './security.js';
import { VoteBook } from './votes.js';
import { watchMethods } from './wrong-methods.js';

export interface StudioOptions extends SecurityOptions, AdmissionOptions {
  readonly shelf: Omit<ShelfOptions, 'adapterFolders'>;
  /** Folder of jobs and votes. */
  readonly home: string;
  /** Folder of trainings by others: its runs, adapters and data sets can be chosen. */
  readonly output: string;
  /** Recipes to choose from. */
  readonly recipes: readonly string[];
  /** The program and first arguments that jobs are run with. */
  readonly command: readonly string[];
  /** Poems that example lines are taken from, as `data build` takes them; none where absent. */
  readonly examples?: readonly string[];
  /** Folder of the built page. */
  readonly page: string;
  /** Bytes that a request may have. */
  readonly bodyLimit?: number;
  /** Tokens that a chat's answer may have. */
  readonly mostTokens?: number;
  /** Milliseconds that the studio may take to end. */
  readonly grace?: number;
  readonly version: string;
}

const BODY_LIMIT = 2 ** 20;
/** Characters of an id in a path: its schema says how many are right. */
const LONGEST_PARAM = 16_384;
const MOST_TOKENS = 512;
/** Milliseconds to send a request in. */
const REQUEST_TIMEOUT = 30_000;
/** Milliseconds that an idle connection is kept; closing waits no longer. */
const KEEP_ALIVE = 5000;

/** Builds the server; it listens when it is told to, and closing it stops jobs and frees models. @throws InputError where another studio has the folder */
export async function createStudio(options: StudioOptions): Promise<FastifyInstance> {
  // Two studios on one folder would take each other's jobs for their own.
  const unlock = await lockFolder(options.home);
  try {
    return await buildStudio(options, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function buildStudio(options: StudioOptions, unlock: () => Promise<void>): Promise<FastifyInstance> {
  const { home, output, recipes, command, bodyLimit = BODY_LIMIT, mostTokens = MOST_TOKENS } = options;
  const runFolders = [...new Set([output, home])];
  const shelf = new ModelShelf({ ...options.shelf, adapterFolders: runFolders });
  const admission = new Admission(options);
  const jobs = await Jobs.open({ folder: path.join(home, 'jobs'), command });
  const votes = new VoteBook(home);
  const app = fastify({
    bodyLimit,
    requestTimeout: REQUEST_TIMEOUT,
    keepAliveTimeout: KEEP_ALIVE,
    forceCloseConnections: 'idle',
    // Such a key is no key of ours, and as good as any other that is not known.
    onProtoPoisoning: 'remove',
    onConstructorPoisoning: 'remove',
    routerOptions: { maxParamLength: LONGEST_PARAM },
    logger: { level: 'warn', stream: process.stderr },
  });
  app.setValidatorCompiler(requestValidator);
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request, reply) => sendError(noSuchRoute(request), request, reply));
  guardOrigins(app, options);
  // Before the token is asked for: a browser's preflight carries none.
  if (options.allowedOrigins.length > 0) await app.register(cors, { origin: [...options.allowedOrigins] });
  guardRoutes(app, options);
  await app.register(helmet, { contentSecurityPolicy: PAGE_POLICY, strictTransportSecurity: false });
  const refuseMethods = watchMethods(app);
  await describeRoutes(app, options);

  chatRoutes(app, { shelf, admission, mostTokens });
  poemRoutes(app, { shelf, admission });
  referenceRoutes(app, options.examples ?? []);
  const dataFolders = (): Promise<string[]> => findDataFolders(output);
  const starterData = path.join(output, 'data');
  const owner = isOwnerOnly(options);
  app.get(
    '/api/studio',
    {
      schema: {
        summary: 'What can be asked for here',
        tags: ['studio'],
        response: { 200: Type.Unknown({ description: 'forms, models, limits and what is under way' }) },
      },
    },
    async () => ({
      version: options.version,
      ...POEM_CHOICES,
      models: await shelf.list(),
      limits: { queue: options.depth, seconds: options.timeLimit / 1000, tokens: mostTokens },
      load: admission.load,
      owner,
      ...(owner
        ? { recipes, data: [...new Set([starterData, ...(await dataFolders())])], votesData: home }
        : {}),
    }),
  );
  reportRoutes(app, jobs);
  await app.register(async (own) => {
    own.addHook('onRequest', async () => {
      if (owner) return;
      throw new StudioError(403, 'permission_error', 'only its owner may: start the studio with --token');
    });
    jobRoutes(own, { jobs, shelf, votes, recipes, dataFolders, starterData, runFolders });
    own.post<{ Body: Static<typeof AddModelSchema> }>(
      '/api/models',
      {
        schema: {
          summary: 'Add a model to choose from',
          tags: ['studio'],
          body: AddModelSchema,
          response: { 201: Type.Unknown({ description: 'the model, as it is listed' }), ...refusals(404) },
        },
      },
      async ({ body }, reply) => reply.code(201).send(await shelf.add(body)),
    );
  });
  app.get('/studio.json', { ...PUBLIC, schema: { hide: true } }, async () => ({ engine: 'server' }));
  app.get('/openapi.json', { ...PUBLIC, schema: { hide: true } }, () => app.swagger());
  await app.register(async (last) => refuseMethods(last));
  if (existsSync(options.page)) {
    await app.register(async (page) => {
      openRoutes(page);
      await page.register(files, { root: path.resolve(options.page) });
    });
  }

  app.addHook('onClose', unlock);
  endWithin(app, { jobs, admission, shelf, grace: options.grace ?? GRACE });
  return app;
}

/** What of OpenAI’s API is not here is told with what is. */
function noSuchRoute({ method, url }: FastifyRequest): StudioError {
  const known = /^\/+v1\b/u.test(url) ? `, expected one of ${OPENAI_ROUTES.join(', ')}` : '';
  return new StudioError(404, 'not_found_error', `${method} ${url}: no such route${known}`, {
    code: 'unknown_url',
  });
}

/** What the page may load: its own files, pictures that it draws, reports in a frame. */
const PAGE_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    imgSrc: ["'self'", 'data:', 'blob:'],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

/** Folders of data sets below the output folder: those with a summary of their building. */
async function findDataFolders(output: string): Promise<string[]> {
  const names = await readdir(output).catch(() => []);
  return names
    .map((name) => path.join(output, name))
    .filter((folder) => existsSync(path.join(folder, 'summary.json')))
    .sort();
}
