/** A studio that is told to end ends, whatever is under way. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Poet } from '../../src/writing/poet.js';
import { run } from '../in-process.js';
import { post, startStudio } from '../studio.js';

/** Longer than any grace period here, and shorter than what ends a request anyway. */
const SOON = 28_000;
const newFolder = (): string => mkdtempSync(path.join(os.tmpdir(), 'shiren-ending-'));

describe('a studio that is closed', { timeout: SOON }, () => {
  it.each([
    [
      'whose body never comes',
      'POST /api/check HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{',
    ],
    ['whose head never ends', 'GET /api/studio HTTP/1.1\r\nHost: localhost\r\n'],
  ])('does not wait for a request %s', async (_, text) => {
    const { app, address } = await startStudio({ grace: 1000 });
    const socket = connect(Number(new URL(address).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(text);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const cut = once(socket, 'close');
    await app.close();
    await cut;
  });

  it('breaks off what cannot be finished in time, and says so', async () => {
    const { app, address } = await startStudio({ grace: 4000, depth: 64, mostTokens: 1000 });
    const load = async (): Promise<number> =>
      ((await (await fetch(`${address}/api/studio`)).json()) as { load: number }).load;
    // The model is there already.
    await (await post(`${address}/api/write`, {})).text();
    const answer = post(`${address}/v1/chat/completions`, {
      model: 'models/miniature',
      messages: [{ role: 'user', content: '写一首七言律诗' }],
      n: 64,
      // It wanders, and does not come to an end of its own.
      temperature: 5,
      free: true,
    });
    await expect.poll(load).toBe(64);
    await app.close();
    const response = await answer;
    expect([response.status, await response.json()]).toEqual([
      503,
      { error: { message: 'the studio is ending', type: 'server_error', param: null, code: 503 } },
    ]);
  });

  it('kills a job that does not stop; it can be taken up again', async () => {
    const stubborn =
      'process.on("SIGINT", () => undefined); console.log("{}"); setInterval(() => undefined, 1000);';
    const folder = newFolder();
    const command = [process.execPath, '-e', stubborn, '--'];
    const options = { grace: 1000, output: folder, home: folder, command };
    const { app, address } = await startStudio(options);
    const started = await post(`${address}/api/jobs/train`, { recipe: 'recipes/mini.yaml' });
    const { id } = (await started.json()) as { id: string };
    const events = await fetch(`${address}/api/jobs/${id}/events`);
    const reader = events.body!.getReader();
    let seen = '';
    while (!seen.includes('event: line')) seen += new TextDecoder().decode((await reader.read()).value);
    await app.close();
    const again = await startStudio(options);
    expect(await (await fetch(`${again.address}/api/jobs/${id}`)).json()).toMatchObject({ state: 'stopped' });
    await again.app.close();
  });
});

describe('a studio in a process of its own', () => {
  it('ends by SIGTERM while requests are open', { timeout: 120_000 }, async () => {
    const args = ['studio', '--port', '0', '--output', newFolder(), '--grace', '2', '--lang', 'en'];
    const child = spawn(process.execPath, ['--import', 'tsx', 'test/run-cli.ts', ...args]);
    let said = '';
    child.stdout.on('data', (part: Buffer) => (said += part.toString()));
    await expect.poll(() => /http:\S+:(\d+)\//u.exec(said)?.[1], { timeout: 60_000 }).toBeTruthy();
    const port = Number(/http:\S+:(\d+)\//u.exec(said)?.[1]);
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST /api/check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});

describe('what would never end', () => {
  it('is not begun with no sequence at a time', async () => {
    await expect(Poet.load({ model: 'models/miniature', sequences: 0 })).rejects.toThrow(
      'sequences: found 0, expected a whole number from 1 to 1024',
    );
  });

  it('is no model that is a pipe', async () => {
    const folder = newFolder();
    for (const name of ['config.json', 'model.safetensors', 'tokenizer.json']) {
      const model = path.join(folder, name);
      mkdirSync(model);
      for (const file of ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json']) {
        if (file === name) spawnSync('mkfifo', [path.join(model, file)]);
        else spawnSync('cp', [path.join('models/miniature', file), model]);
      }
      const { code, text } = await run('write', '--base', '--model', model);
      expect([code, text]).toEqual([
        2,
        `shiren: ${path.join(model, name)}: a pipe, expected a regular file\n`,
      ]);
    }
  });
});
