/** Hostile bodies over HTTP by the routes' own schemas, hostile texts on the command line: answered or refused in a line, never a fault of ours. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../in-process.js';
import { startStudio, type TestStudio } from '../studio.js';
import { runs } from './runs.js';

/** What JSON Schema says of a body, as far as bodies are made by it. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const HOSTILE = [
  ...[
    '',
    ' ',
    '\u0000',
    '\n',
    '../../etc/passwd',
    '%00',
    "'; DROP TABLE--",
    '<script>',
    '${x}',
    '{{x}}',
    '-x',
    '--out',
  ],
  ...[
    '\ud800',
    '\u202e',
    '\ufeff',
    '👩‍👩‍👧',
    '𠮷𠮷',
    '山'.repeat(3000),
    'a'.repeat(100_000),
    '__proto__',
    'constructor',
    'toString',
  ],
];
const text = fc.oneof(
  fc.constantFrom('春', '先', '五言绝句', '床前明月光', 'models/miniature', '平起', 'level'),
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const number = fc.oneof(
  fc.integer({ min: -2, max: 20 }),
  fc.constantFrom(2 ** 53, -(2 ** 53), 1e308, -1e-308, 0.5),
);
const anything = fc.oneof(text, number, fc.boolean(), fc.constant(null), fc.jsonValue({ maxDepth: 2 }));

/** A value that a schema may have meant: often right, often not. */
function valueOf(schema: Schema): fc.Arbitrary<unknown> {
  const meant = ((): fc.Arbitrary<unknown> => {
    if (schema.enum) return fc.constantFrom(...schema.enum);
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valueOf));
    if (schema.type === 'string') return text;
    if (schema.type === 'number' || schema.type === 'integer') return number;
    if (schema.type === 'boolean') return fc.boolean();
    if (schema.type === 'array') return fc.array(valueOf(schema.items ?? {}), { maxLength: 4 });
    if (schema.properties) {
      const keys = Object.fromEntries(
        Object.entries(schema.properties).map(([key, one]) => [key, valueOf(one)]),
      );
      return fc.record(keys, { requiredKeys: [] });
    }
    return anything;
  })();
  return fc.oneof({ weight: 9, arbitrary: meant }, { weight: 1, arbitrary: anything });
}

describe('a body made by its schema', () => {
  let studio: TestStudio;
  let routes: [string, Schema][];
  /** The statuses that the document says of each. */
  let documented: Record<string, string[]>;
  beforeAll(async () => {
    // Jobs end at once: what is asked for is what matters here.
    studio = await startStudio({ command: [process.execPath, '-e', ''], mostTokens: 8 });
    const document = (await (await fetch(`${studio.address}/openapi.json`)).json()) as {
      paths: Record<
        string,
        {
          post?: {
            requestBody?: { content: Record<string, { schema: Schema }> };
            responses: Record<string, unknown>;
          };
        }
      >;
    };
    documented = Object.fromEntries(
      Object.entries(document.paths).map(([path, { post }]) => [path, Object.keys(post?.responses ?? {})]),
    );
    routes = Object.entries(document.paths).flatMap(([path, { post }]): [string, Schema][] => {
      const schema = post?.requestBody?.content['application/json']?.schema;
      return schema ? [[path, schema]] : [];
    });
  });
  afterAll(() => studio.app.close());

  it('is answered or refused, and never a fault of the studio', async () => {
    expect(routes.map(([path]) => path)).toEqual(
      expect.arrayContaining([
        '/v1/chat/completions',
        '/api/write',
        '/api/check',
        '/api/votes',
        '/api/jobs/train',
      ]),
    );
    for (const [path, schema] of routes) {
      await fc.assert(
        fc.asyncProperty(valueOf(schema), async (body) => {
          const answer = await studio.app.inject({
            method: 'POST',
            url: path,
            headers: { 'content-type': 'application/json', host: 'localhost' },
            payload: JSON.stringify(body) ?? 'null',
          });
          const told = `${path} ${JSON.stringify(body)?.slice(0, 500)}: ${answer.statusCode} ${answer.body.slice(0, 500)}`;
          expect([200, 201, 400, 404, 413], told).toContain(answer.statusCode);
          expect(documented[path], told).toContain(String(answer.statusCode));
          expect(answer.body, told).not.toMatch(/ {4}at |node:internal|server_error/);
          if (answer.statusCode >= 400) {
            const { error } = answer.json<{ error: { message: string } }>();
            expect(error.message, told).not.toContain('\n');
          }
        }),
        { numRuns: runs(30), seed: 16 },
      );
    }
  });

  it.each([
    '{"__proto__":{"form":"五言绝句"}}',
    '{"constructor":{"prototype":{}}}',
    '[]',
    'null',
    '0',
    '"x"',
    '',
    '{',
    `${'['.repeat(50_000)}`,
    `{"text":"${'\\u0000'.repeat(10)}"}`,
  ])('and so is %#', async (payload) => {
    for (const [url] of routes) {
      const headers = { 'content-type': 'application/json', host: 'localhost' };
      const { statusCode } = await studio.app.inject({ method: 'POST', url, headers, payload });
      expect([200, 400, 413]).toContain(statusCode);
    }
  });
});

describe('a hostile text on the command line', () => {
  const OPTIONS = [
    ...[
      '--form',
      '--theme',
      '--template',
      '--rhyme',
      '--allow',
      '--acrostic',
      '--acrostic-end',
      '--given',
      '--revise',
    ],
    ...[
      '--rewrite',
      '--forbidden',
      '--required',
      '--index',
      '--adapter',
      '--dtype',
      '--device',
      '--endpoint',
      '--file',
    ],
    ...['--count', '--seed', '--temperature', '--lines', '--rhyme-tone', ''],
  ];

  it('is refused in a line, whichever option it is given to', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...OPTIONS),
        // No argument holds a null byte, and what begins with a dash is another option.
        text.filter((one) => !one.includes('\u0000') && !one.startsWith('-')),
        async (option, value) => {
          // No model is there, so that whatever is right ends there.
          const { code, text: said } = await run(
            'write',
            option === '' ? value : `${option}=${value}`,
            '--model',
            'no/such/model folder',
          );
          const told = `${option} ${JSON.stringify(value.slice(0, 200))}: ${code} ${said.slice(0, 500)}`;
          expect(code, told).toBe(2);
          expect(said, told).not.toMatch(/ {4}at |node:internal/);
          expect(said.length, told).toBeLessThan(5000);
        },
      ),
      { numRuns: runs(300), seed: 16 },
    );
  });
});
