/** Training and evaluation from the page: jobs, the runs they leave, reports, votes. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Type, type Static } from 'typebox';
import { readRecipe } from '../training/recipe.js';
import { callerSignal, streamEvents } from './event-stream.js';
import { StudioError } from './errors.js';
import {
  buildDataCommand,
  evaluateCommand,
  trainCommand,
  type EvaluateJob,
  type JobCommand,
} from './job-commands.js';
import type { JobSettings } from './job-settings.js';
import { isUnderWay, type JobKind, type Jobs } from './jobs.js';
import type { ModelShelf } from './model-shelf.js';
import { contentOf, EVENTS, refusals } from './openapi.js';
import { listRuns, readRun } from './runs.js';
import { EvaluateSchema, ThumbSchema, TrainSchema, VoteSchema } from './schemas.js';
import { PUBLIC } from './security.js';
import { SKIPPED_LINES } from './vote-tally.js';
import type { VoteBook } from './votes.js';

export interface JobServices {
  readonly jobs: Jobs;
  readonly shelf: ModelShelf;
  readonly votes: VoteBook;
  /** Recipes that may be trained. */
  readonly recipes: readonly string[];
  /** Data folders that may be trained on, as they are now. */
  readonly dataFolders: () => Promise<readonly string[]>;
  /** Where the data sets of the starter corpus go when they are first needed. */
  readonly starterData: string;
  /** Folders in which runs are looked for. */
  readonly runFolders: readonly string[];
}

interface Id {
  Params: { id: string };
}

const tags = ['studio'];
const idSchema = Type.Object({ id: Type.String({ maxLength: 200 }) });
const jobAnswer = Type.Unknown({ description: 'the job: its state, its place in the queue, what it runs' });
const tallyAnswer = Type.Unknown({ description: 'for each two models how often the one was chosen' });

/** A report is a page of its own, with its own script and styles, and no access to the studio. */
const REPORT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox allow-scripts";

export function jobRoutes(app: FastifyInstance, services: JobServices): void {
  const { jobs, votes, runFolders } = services;

  app.get<{ Querystring: { kind?: JobKind } }>(
    '/api/jobs',
    {
      schema: {
        summary: 'Trainings and evaluations started here',
        tags,
        querystring: Type.Object({ kind: Type.Optional(Type.Enum(['train', 'eval'])) }),
        response: { 200: Type.Unknown({ description: 'the jobs, the newest first' }) },
      },
    },
    ({ query }) => jobs.list(query.kind),
  );
  app.post<{ Body: Static<typeof TrainSchema> }>(
    '/api/jobs/train',
    {
      schema: {
        summary: 'Train the stages of a recipe',
        tags,
        body: TrainSchema,
        response: { 201: jobAnswer, ...refusals(404) },
      },
    },
    async ({ body }, reply) => reply.code(201).send(await startTraining(services, body)),
  );
  app.post<{ Body: Static<typeof EvaluateSchema> }>(
    '/api/jobs/eval',
    {
      schema: {
        summary: 'Compare models on the same prompts',
        tags,
        body: EvaluateSchema,
        response: { 201: jobAnswer, ...refusals(404) },
      },
    },
    async ({ body }, reply) => reply.code(201).send(await startEvaluation(services, body)),
  );
  const ofOne = { tags, params: idSchema, response: { 200: jobAnswer, ...refusals(404) } };
  app.get<Id>('/api/jobs/:id', { schema: { summary: 'One of them', ...ofOne } }, ({ params }) =>
    jobs.find(params.id),
  );
  app.post<Id>(
    '/api/jobs/:id/stop',
    { schema: { summary: 'Stop it after the step under way', ...ofOne } },
    ({ params }) => jobs.stop(params.id),
  );
  app.post<Id>(
    '/api/jobs/:id/resume',
    {
      schema: {
        summary: 'Go on where it stopped',
        ...ofOne,
        response: { ...ofOne.response, ...refusals(409) },
      },
    },
    ({ params }) => jobs.resume(params.id),
  );
  app.get<Id>(
    '/api/jobs/:id/events',
    {
      schema: {
        summary: 'What it does, as server-sent events',
        description:
          'Events: job, when its state changes; line, for each step, sample poem or evaluated batch.',
        ...ofOne,
        response: { ...ofOne.response, 200: contentOf('what it does', EVENTS) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const job = jobs.find(id);
      const caller = callerSignal(request, reply);
      return streamEvents(reply, async (send) => {
        send(job, 'job');
        if (!isUnderWay(job.state)) return;
        let unwatch = (): void => undefined;
        await new Promise<void>((resolve) => {
          unwatch = jobs.watch(id, (event) => {
            if ('line' in event) return send(event.line, 'line');
            send(event.job, 'job');
            if (!isUnderWay(event.job.state)) resolve();
          });
          caller.addEventListener('abort', () => resolve());
        });
        unwatch();
      });
    },
  );
  app.get(
    '/api/runs',
    {
      schema: {
        summary: 'All trainings that left metrics',
        tags,
        response: { 200: Type.Unknown({ description: 'the runs, the newest first' }) },
      },
    },
    () => listRuns(runFolders),
  );
  app.get<{ Querystring: { id: string } }>(
    '/api/runs/history',
    {
      schema: {
        summary: 'Steps and sample poems of a run',
        tags,
        querystring: Type.Object({ id: Type.String({ description: 'an id of GET /api/runs' }) }),
        response: {
          200: Type.Unknown({ description: 'its steps and sample poems' }),
          ...refusals(404),
        },
      },
    },
    ({ query }) => readRun(runFolders, query.id),
  );

  const kept = { 201: tallyAnswer, ...refusals(507) };
  app.post<{ Body: Static<typeof VoteSchema> }>(
    '/api/votes',
    { schema: { summary: 'Keep a vote between two poems', tags, body: VoteSchema, response: kept } },
    async ({ body }, reply) => {
      await votes.add(body);
      return sendTally(reply.code(201), votes);
    },
  );
  app.post<{ Body: Static<typeof ThumbSchema> }>(
    '/api/thumbs',
    {
      schema: { summary: 'Keep a thumb up or down on a poem', tags, body: ThumbSchema, response: kept },
    },
    async ({ body }, reply) => {
      await votes.addThumb(body);
      return sendTally(reply.code(201), votes);
    },
  );
  app.get(
    '/api/votes',
    {
      schema: {
        summary: `How often one model was chosen before another; ${SKIPPED_LINES}: lines that are no votes`,
        tags,
        response: { 200: tallyAnswer },
      },
    },
    (_, reply) => sendTally(reply, votes),
  );
  app.get(
    '/api/votes.jsonl',
    {
      schema: {
        summary: 'All votes in TRL’s formats: preference pairs, and poems with a label',
        tags,
        response: { 200: contentOf('a vote a line', { 'application/x-ndjson': Type.String() }) },
      },
    },
    async (_, reply) =>
      reply
        .type('application/x-ndjson')
        .header('content-disposition', 'attachment; filename="votes.jsonl"')
        .send(Readable.from(votes.read())),
  );
}

async function sendTally(reply: FastifyReply, votes: VoteBook): Promise<FastifyReply> {
  const tally = await votes.tally();
  return reply.header(SKIPPED_LINES, String(votes.skipped)).send(tally);
}

/** The reports of evaluations, each under a key that is told to who may see it. */
export function reportRoutes(app: FastifyInstance, jobs: Jobs): void {
  app.get<{ Params: { key: string } }>(
    '/reports/:key',
    { ...PUBLIC, schema: { hide: true } },
    async ({ params }, reply) => {
      const job = jobs.list('eval').find(({ key }) => key === params.key);
      if (!job) throw new StudioError(404, 'not_found_error', 'there is no such report');
      const file = path.join(jobs.folderOf(job.id), 'report.html');
      if (!existsSync(file)) return reply.code(204).send();
      return reply
        .type('text/html; charset=utf-8')
        .headers({ 'content-security-policy': REPORT_POLICY, 'cache-control': 'no-store' })
        .send(await readFile(file));
    },
  );
}

/** The data folder of a request, and the command that makes it where it is the starter corpus's and not there yet. */
async function chooseData(
  { dataFolders, starterData, votes }: JobServices,
  asked: string | undefined,
): Promise<{ data: string; first: JobCommand[] }> {
  if (asked === undefined || asked === starterData) {
    const built = existsSync(path.join(starterData, 'summary.json'));
    return { data: starterData, first: built ? [] : [buildDataCommand(starterData)] };
  }
  const known = [...(await dataFolders()), path.dirname(votes.file)];
  requireKnown('data', asked, known);
  return { data: asked, first: [] };
}

/** @throws StudioError 404 for a name of none, as for a model */
function requireKnown(key: string, asked: string, known: readonly string[]): void {
  if (known.includes(asked)) return;
  const message = `${key} ${asked}: expected one of ${known.join(', ')}`;
  throw new StudioError(404, 'not_found_error', message, { param: key });
}

async function startTraining(services: JobServices, body: Static<typeof TrainSchema>) {
  const { jobs, recipes } = services;
  const { recipe, stage, dry_run: dryRun } = body;
  const settings = (body.settings ?? {}) as JobSettings;
  requireKnown('recipe', recipe, recipes);
  const overrides = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  // What is wrong with it is told now, not by the job.
  await readRecipe(recipe, overrides);
  const { data, first } = await chooseData(services, body.data);
  return jobs.start('train', path.basename(recipe), (folder) => [
    ...first,
    trainCommand({ recipe, data, overrides, stage, dryRun }, folder),
  ]);
}

async function startEvaluation(services: JobServices, body: Static<typeof EvaluateSchema>) {
  const { jobs, shelf } = services;
  const { models, prompts = 40, seeds = 1 } = body;
  const listings = await Promise.all(models.map((id) => shelf.find(id)));
  const bases = [...new Set(await Promise.all(listings.map((one) => shelf.baseOf(one))))];
  if (bases.length > 1) {
    const found = bases.join(', ');
    throw new StudioError(400, 'invalid_request_error', `models of ${found}: expected models of one base`);
  }
  const { data, first } = await chooseData(services, body.data);
  const job: EvaluateJob = {
    base: bases[0] ?? '',
    adapters: listings.flatMap(({ adapter }) => adapter ?? []),
    withBase: listings.some(({ adapter }) => adapter === undefined),
    ...{ data, prompts, seeds },
  };
  return jobs.start('eval', models.map((id) => path.basename(id)).join(' · '), (folder) => [
    ...first,
    evaluateCommand(job, folder),
  ]);
}
