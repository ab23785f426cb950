/**
 * The studio under load: many clients at once against one alone, for poems a second; errors, and memory over time.
 *
 * npx tsx bench/serve.ts [clients] [seconds]
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './measure.js';

const CLIENTS = Number(process.argv[2] ?? 100);
const SECONDS = Number(process.argv[3] ?? 120);
const ALONE_SECONDS = 15;

interface Counts {
  answered: number;
  refused: number;
  readonly errors: Map<string, number>;
  readonly times: number[];
}

const output = mkdtempSync(path.join(os.tmpdir(), 'shiren-load-'));
const server = spawn(process.execPath, ['bin/shiren.js', 'studio', '--port', '0', '--output', output], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, LANG: 'en_US.UTF-8' },
});
const address = await new Promise<string>((resolve) => {
  createInterface({ input: server.stdout }).on('line', (line) => {
    const found = /^studio: (\S+)$/.exec(line)?.[1];
    if (found) resolve(found);
  });
});

const memory = (): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(server.pid)], { encoding: 'utf8' })) / 1024;

const FORMS = ['五言绝句', '七言绝句', '五言律诗', '七言律诗'];

/** Asks for one poem after another until the time is over; comes again when it is told to. */
async function client(number: number, until: number, counts: Counts): Promise<void> {
  for (let count = 0; performance.now() < until; count += 1) {
    const started = performance.now();
    try {
      const response = await fetch(`${address}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'models/miniature-dpo',
          messages: [{ role: 'user', content: `写一首[${FORMS[(number + count) % 4]}] 主题为: 秋天、明月` }],
          seed: number * 1000 + count,
        }),
      });
      const text = await response.text();
      if (response.status === 200) {
        counts.answered += 1;
        counts.times.push(performance.now() - started);
      } else if (response.status === 429) {
        counts.refused += 1;
        await sleep(Number(response.headers.get('retry-after')) * 1000);
      } else note(counts, `${response.status} ${text}`);
    } catch (error) {
      note(counts, String(error));
    }
  }
}

function note({ errors }: Counts, what: string): void {
  errors.set(what, (errors.get(what) ?? 0) + 1);
}

async function load(clients: number, seconds: number): Promise<Counts> {
  const counts: Counts = { answered: 0, refused: 0, errors: new Map(), times: [] };
  const until = performance.now() + seconds * 1000;
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number, until, counts)));
  return counts;
}

/** Poems a second and the time of one. */
function report(name: string, { answered, refused, errors, times }: Counts, seconds: number): number {
  const rate = answered / seconds;
  const slow = [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? NaN;
  const wrong = [...errors].map(([what, count]) => `${count} × ${what}`).join(', ') || 'none';
  console.log(
    `${name}: ${rate.toFixed(1)} poems/s; a poem takes ${(median(times) / 1000).toFixed(2)} s (median), ${(slow / 1000).toFixed(2)} s (95%); ${refused} told to come again (429); errors: ${wrong}`,
  );
  return rate;
}

await load(1, 5);
const alone = report('1 client', await load(1, ALONE_SECONDS), ALONE_SECONDS);
const samples: number[] = [];
const watch = setInterval(() => samples.push(memory()), 1000);
const together = report(`${CLIENTS} clients`, await load(CLIENTS, SECONDS), SECONDS);
clearInterval(watch);
console.log(`together / alone: ${(together / alone).toFixed(1)}`);
const quarter = Math.floor(samples.length / 4);
const quarters = [0, 1, 2, 3].map((index) => median(samples.slice(index * quarter, (index + 1) * quarter)));
console.log(
  `memory, median of each quarter of the time: ${quarters.map((value) => value.toFixed(0)).join(', ')} MB; peak ${Math.max(...samples).toFixed(0)} MB`,
);
server.kill('SIGINT');
