/** A studio for tests, on a port of its own and in a folder of its own. */
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { createStudio, type StudioOptions } from '../src/studio/server.js';

export interface TestStudio {
  readonly app: FastifyInstance;
  /** http://127.0.0.1:PORT */
  readonly address: string;
  readonly output: string;
}

export async function startStudio(options: Partial<StudioOptions> = {}): Promise<TestStudio> {
  const output = mkdtempSync(path.join(os.tmpdir(), 'shiren-studio-'));
  const app = await createStudio({
    host: '127.0.0.1',
    allowedOrigins: [],
    depth: 32,
    timeLimit: 120_000,
    home: path.join(output, 'studio'),
    output,
    recipes: ['recipes/mini.yaml', 'recipes/votes.yaml'],
    command: [process.execPath, '--import', 'tsx', 'test/run-cli.ts'],
    page: 'dist/page',
    version: 'test',
    shelf: {
      sources: [
        { model: 'models/miniature', adapter: 'models/miniature-dpo' },
        { model: 'models/miniature' },
      ],
      resolve: async (name) => name,
      resolveAdapter: (name) => name,
    },
    ...options,
  });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  return { app, address, output };
}

/** Sends JSON. */
export function post(url: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
  });
}
