/**
 * Long work in processes of its own: `shiren train` and `shiren eval`. A job keeps its folder; it can be stopped, which it outlives,
 * and taken up again, also by a studio that was started later.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { InputError, messageOf, systemProblem } from '../support/errors.js';
import { isRecord, readJson, writeJson } from '../support/files.js';
import { StudioError } from './errors.js';

export type JobKind = 'train' | 'eval';
export type JobState = 'queued' | 'running' | 'stopped' | 'finished' | 'failed';

/** Whether more is to come of a job in this state. */
export const isUnderWay = (state: JobState): boolean => state === 'queued' || state === 'running';

export interface JobRecord {
  readonly id: string;
  readonly kind: JobKind;
  readonly title: string;
  /** Who knows it may see the report: a frame cannot send the token. */
  readonly key: string;
  /** Arguments of `shiren`, one command after the other. */
  readonly commands: readonly (readonly string[])[];
  readonly state: JobState;
  /** Its place among those that wait, from 1; only while it is queued. */
  readonly place?: number;
  /** Why it failed. */
  readonly message?: string;
  readonly created: string;
}

/** A line that a job's process printed, or a change of its state. */
export type JobEvent = { readonly line: unknown } | { readonly job: JobRecord };

export interface JobOptions {
  /** Each job gets a folder in here. */
  readonly folder: string;
  /** The program and its first arguments: node and the script of the command line. */
  readonly command: readonly string[];
  /** Trainings at the same time, 1 where absent; others wait for their turn. */
  readonly trainings?: number;
}

const RECORD = 'job.json';
/** The exit code of a command that stopped because it was asked to. */
const INTERRUPTED = 130;
/** Lines kept of what a process says before it fails. */
const LAST_WORDS = 5;

export class Jobs {
  private readonly records = new Map<string, JobRecord>();
  private readonly processes = new Map<string, ChildProcess>();
  private readonly working = new Map<string, Promise<void>>();
  /** Trainings that wait for their turn, in order. */
  private readonly queue = new Set<string>();
  /** Jobs that were asked to stop, however they end. */
  private readonly stopping = new Set<string>();
  private readonly events = new EventEmitter().setMaxListeners(0);

  private constructor(private readonly options: JobOptions) {}

  /** Opens a folder of jobs. Those that were running when their studio ended are stopped ones now. */
  static async open(options: JobOptions): Promise<Jobs> {
    const jobs = new Jobs(options);
    await mkdir(options.folder, { recursive: true });
    for (const id of (await readdir(options.folder)).sort()) {
      const file = path.join(options.folder, id, RECORD);
      const record = existsSync(file) ? await readJson(file).catch(() => undefined) : undefined;
      // What a record says of itself is no path.
      if (!isRecord(record) || record['id'] !== id) continue;
      const job = record as unknown as JobRecord;
      jobs.records.set(id, isUnderWay(job.state) ? { ...job, state: 'stopped' } : job);
    }
    return jobs;
  }

  /** All jobs, the newest first. */
  list(kind?: JobKind): JobRecord[] {
    const all = [...this.records.values()]
      .filter((job) => kind === undefined || job.kind === kind)
      .map((job) => this.withPlace(job));
    return all.sort((a, b) => b.created.localeCompare(a.created));
  }

  /** @throws StudioError 404 */
  find(id: string): JobRecord {
    const job = this.records.get(id);
    if (!job) throw new StudioError(404, 'not_found_error', `job ${id}: there is none`);
    return this.withPlace(job);
  }

  folderOf(id: string): string {
    return path.join(this.options.folder, this.find(id).id);
  }

  /** Starts a job. @param commands arguments of `shiren`, given the job's folder */
  async start(
    kind: JobKind,
    title: string,
    commands: (folder: string) => readonly (readonly string[])[],
  ): Promise<JobRecord> {
    const created = new Date().toISOString();
    const stem = `${kind}-${created.slice(0, 19).replaceAll(':', '').replace('T', '-')}`;
    let id = stem;
    for (let more = 2; this.records.has(id); more += 1) id = `${stem}-${more}`;
    const folder = path.join(this.options.folder, id);
    await mkdir(folder, { recursive: true });
    const job: JobRecord = {
      ...{ id, kind, title, created },
      key: randomUUID(),
      commands: commands(folder),
      state: 'running',
    };
    return this.begin(job);
  }

  /** Takes a job up where it stopped. */
  async resume(id: string): Promise<JobRecord> {
    const job = this.find(id);
    if (isUnderWay(job.state)) throw new StudioError(409, 'conflict_error', `job ${id}: it is ${job.state}`);
    await this.working.get(id);
    return this.begin({ ...job, message: undefined });
  }

  /** Stops a job: it finishes the step under way and keeps what is done. */
  async stop(id: string): Promise<JobRecord> {
    const job = this.find(id);
    if (job.state === 'queued') {
      this.queue.delete(id);
      await this.update({ ...job, place: undefined, state: 'stopped' });
    }
    if (this.processes.get(id)?.kill('SIGINT')) this.stopping.add(id);
    await this.working.get(id);
    this.stopping.delete(id);
    return this.find(id);
  }

  /** Calls back for each event of a job from now on. @returns what ends that */
  watch(id: string, listener: (event: JobEvent) => void): () => void {
    this.events.on(id, listener);
    return () => this.events.off(id, listener);
  }

  /** Stops all. @param within milliseconds after which those are killed that have not ended: they lose the step under way */
  async close(within = Infinity): Promise<void> {
    for (const id of [...this.queue]) await this.stop(id);
    const kill = (): void => this.processes.forEach((child) => child.kill('SIGKILL'));
    const timer = Number.isFinite(within) ? setTimeout(kill, within) : undefined;
    await Promise.all([...this.processes.keys()].map((id) => this.stop(id)));
    clearTimeout(timer);
  }

  /** A record, with its place where it waits. */
  private withPlace(job: JobRecord): JobRecord {
    return job.state === 'queued' ? { ...job, place: [...this.queue].indexOf(job.id) + 1 } : job;
  }

  /** Runs a job, or lets it wait where as many trainings are under way as may be. */
  private async begin(job: JobRecord): Promise<JobRecord> {
    const trainings = [...this.working.keys()].filter((id) => this.records.get(id)?.kind === 'train');
    const waits = job.kind === 'train' && trainings.length >= (this.options.trainings ?? 1);
    if (waits) this.queue.add(job.id);
    const begun: JobRecord = { ...job, state: waits ? 'queued' : 'running' };
    if (!waits) this.run(begun);
    await this.update(begun);
    return this.withPlace(begun);
  }

  private run(job: JobRecord): void {
    const work = this.work(job).then(async (ended) => {
      this.working.delete(job.id);
      await this.update(ended);
      await this.next();
    });
    this.working.set(job.id, work);
  }

  /** Begins the first job that waits. */
  private async next(): Promise<void> {
    const [id] = this.queue;
    const job = id === undefined ? undefined : this.records.get(id);
    if (id === undefined || !job) return;
    this.queue.delete(id);
    await this.begin(job);
    // The others have come a place nearer.
    for (const waiting of this.queue)
      this.events.emit(waiting, { job: this.find(waiting) } satisfies JobEvent);
  }

  private async work(job: JobRecord): Promise<JobRecord> {
    for (const args of job.commands) {
      const { ended, words } = await this.process(job.id, args);
      if (ended === 0) continue;
      if (ended === INTERRUPTED || this.stopping.has(job.id)) return { ...job, state: 'stopped' };
      const how = typeof ended === 'number' ? `exit code ${ended}` : `ended by ${ended}`;
      return { ...job, state: 'failed', message: words || how };
    }
    return { ...job, state: 'finished' };
  }

  /** Runs one command to its end. Its lines of JSON are events. */
  private process(
    id: string,
    args: readonly string[],
  ): Promise<{ ended: number | NodeJS.Signals; words: string }> {
    const [program = process.execPath, ...first] = this.options.command;
    const child = spawn(program, [...first, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.processes.set(id, child);
    const words: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      const value = parseLine(line);
      if (value !== undefined) this.events.emit(id, { line: value } satisfies JobEvent);
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      words.push(line);
      if (words.length > LAST_WORDS) words.shift();
    });
    return new Promise((resolve) => {
      child.on('error', (error) => words.push(error.message));
      child.on('close', (code, signal) => {
        this.processes.delete(id);
        resolve({ ended: code ?? signal ?? 1, words: words.join('\n') });
      });
    });
  }

  private async update(job: JobRecord): Promise<void> {
    const kept = { ...job, ...(await this.keep(job)) };
    this.records.set(job.id, kept);
    this.events.emit(job.id, { job: this.withPlace(kept) } satisfies JobEvent);
  }

  /** Writes a job's record. @returns how the job has ended instead, where its folder is gone or cannot be written to */
  private async keep(job: JobRecord): Promise<Partial<JobRecord>> {
    const folder = path.join(this.options.folder, job.id);
    try {
      if (!existsSync(folder)) throw new InputError(`${folder}: the job’s folder is gone`);
      await writeJson(path.join(folder, RECORD), job);
      return {};
    } catch (error) {
      const message = [job.message, systemProblem(error) ?? messageOf(error)].filter(Boolean).join('\n');
      return isUnderWay(job.state) ? { message } : { state: 'failed', message };
    }
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
