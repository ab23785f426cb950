import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteFile } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { readDataset, type DatasetExample, type DatasetSource } from '../../src/corpus/examples.js';
import { readLearnt } from '../../src/corpus/learnt.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-examples-'));
let count = 0;

/** A file of some content. @param name how it ends */
function file(name: string, content: string | Uint8Array): string {
  count += 1;
  const made = path.join(folder, `${count}.${name}`);
  writeFileSync(made, content);
  return made;
}

const jsonl = (...rows: object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

async function examples(
  source: Partial<DatasetSource> & Pick<DatasetSource, 'files'>,
): Promise<DatasetExample[]> {
  const found: DatasetExample[] = [];
  for await (const { example } of readDataset(source)) found.push(example);
  return found;
}

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

describe('a row of a data set', () => {
  it.each<[string, object, DatasetExample]>([
    [
      'a prompt and a completion',
      { prompt: [user('写')], completion: [assistant('白日')], form: '五言绝句' },
      { kind: 'completion', prompt: [user('写')], completion: [assistant('白日')] },
    ],
    [
      'plain text of both',
      { prompt: '写\n', completion: '白日' },
      { kind: 'completion', prompt: '写\n', completion: '白日' },
    ],
    [
      'a judged answer',
      { prompt: '写', completion: '白日', label: 0 },
      { kind: 'completion', prompt: '写', completion: '白日', label: false },
    ],
    [
      'a chat',
      { messages: [{ role: 'system', content: '诗人' }, user('写'), assistant('白日')] },
      { kind: 'whole', whole: [{ role: 'system', content: '诗人' }, user('写'), assistant('白日')] },
    ],
    ['text', { text: '白日依山尽' }, { kind: 'whole', whole: '白日依山尽' }],
    ['a prompt', { prompt: '写' }, { kind: 'prompt', prompt: '写' }],
    [
      'a preference',
      { prompt: [user('写')], chosen: [assistant('白日')], rejected: [assistant('白')] },
      { kind: 'preference', prompt: [user('写')], chosen: [assistant('白日')], rejected: [assistant('白')] },
    ],
    [
      'a preference whose answers begin alike',
      { chosen: [user('写'), assistant('白日')], rejected: [user('写'), assistant('白')] },
      { kind: 'preference', prompt: [user('写')], chosen: [assistant('白日')], rejected: [assistant('白')] },
    ],
    [
      'plain answers that begin alike',
      { chosen: 'The sky is blue.', rejected: 'The sky is green.' },
      { kind: 'preference', prompt: 'The sky is', chosen: ' blue.', rejected: ' green.' },
    ],
    [
      'a conversation of ShareGPT, which TRL reads too',
      {
        conversations: [
          { from: 'human', value: '写' },
          { from: 'gpt', value: '白日' },
        ],
      },
      { kind: 'whole', whole: [user('写'), assistant('白日')] },
    ],
  ])('is %s by its columns', async (_, row, example) => {
    expect(await examples({ files: [file('jsonl', jsonl(row))] })).toEqual([example]);
  });

  it.each<[object, RegExp]>([
    [
      { prompt: [user('写')], completion: '白日' },
      /:1: completion: found "白日", expected a list of \{role, content\}/,
    ],
    [{ prompt: '写', completion: [assistant('白日')] }, /:1: completion: found \[.*\], expected a text/],
    [{ prompt: '写', completion: '' }, /:1: completion: empty, expected a text to learn/],
    [{ prompt: '写', completion: '白日', label: 'good' }, /:1: label: found "good", expected true or false/],
    [{ prompt: '写', chosen: '白日' }, /:1: rejected: found nothing, expected a text/],
    [{ messages: [{ role: 'user' }] }, /:1: messages: found .*, expected a list of \{role, content\}/],
    [{ chosen: '白日', rejected: '白日' }, /:1: chosen: empty/],
    [
      { instruction: '写', output: '白日' },
      /:1: found the columns instruction, output, expected .*format: alpaca/,
    ],
    [{}, /:1: found the columns none, expected prompt and completion/],
    [[], /:1: expected an object/],
  ])('that is %j is refused with one line', async (row, message) => {
    await expect(examples({ files: [file('jsonl', jsonl(row))] })).rejects.toThrow(message);
  });
});

describe('columns of other programs', () => {
  it('are Alpaca’s, with history and system, and with a preference', async () => {
    const rows = [
      { instruction: '写诗', input: '题：雪', output: '千山' },
      { instruction: '再写', input: '', output: '明月', system: '诗人', history: [['写诗', '白日']] },
      { instruction: '写诗', chosen: '千山', rejected: '千' },
    ];
    expect(await examples({ files: [file('jsonl', jsonl(...rows))], format: 'alpaca' })).toEqual([
      { kind: 'completion', prompt: [user('写诗\n题：雪')], completion: [assistant('千山')] },
      {
        kind: 'completion',
        prompt: [{ role: 'system', content: '诗人' }, user('写诗'), assistant('白日'), user('再写')],
        completion: [assistant('明月')],
      },
      {
        kind: 'preference',
        prompt: [user('写诗')],
        chosen: [assistant('千山')],
        rejected: [assistant('千')],
      },
    ]);
  });

  it('are ShareGPT’s', async () => {
    const conversations = [{ from: 'human', value: '写' }];
    const rows = [
      { conversations: [...conversations, { from: 'gpt', value: '白日' }], system: '诗人' },
      { conversations, chosen: { from: 'gpt', value: '白日' }, rejected: { from: 'gpt', value: '白' } },
    ];
    expect(await examples({ files: [file('jsonl', jsonl(...rows))], format: 'sharegpt' })).toEqual([
      { kind: 'whole', whole: [{ role: 'system', content: '诗人' }, user('写'), assistant('白日')] },
      { kind: 'preference', prompt: [user('写')], chosen: [assistant('白日')], rejected: [assistant('白')] },
    ]);
  });

  it.each([
    ['alpaca', { prompt: '写' }, /:1: instruction: found nothing, expected a text, as Alpaca has it/],
    [
      'alpaca',
      { instruction: '写', output: '白日', history: [['写']] },
      /:1: history: found \["写"\], expected pairs/,
    ],
    ['sharegpt', { messages: [] }, /:1: conversations: found nothing, expected a list of \{from, value\}/],
    [
      'sharegpt',
      { conversations: [{ from: 'poet', value: '' }] },
      /:1: conversations: found .*poet.*, expected/,
    ],
  ] as const)('of format %s are refused where they are not there', async (format, row, message) => {
    await expect(examples({ files: [file('jsonl', jsonl(row))], format })).rejects.toThrow(message);
  });
});

describe('a file of a data set', () => {
  const rows = [
    { prompt: '写\n', completion: '白日依山尽，\n黄河入海流。' },
    { prompt: '再写"好"的', completion: '明月' },
  ];
  const read = rows.map((row) => ({ kind: 'completion', ...row }));

  it('may be JSON Lines, compressed or not', async () => {
    expect(await examples({ files: [file('jsonl', jsonl(...rows))] })).toEqual(read);
    expect(await examples({ files: [file('jsonl.gz', gzipSync(jsonl(...rows)))] })).toEqual(read);
  });

  it('may be JSON: a list, or JSON Lines under that name', async () => {
    expect(await examples({ files: [file('json', JSON.stringify(rows, null, 2))] })).toEqual(read);
    expect(await examples({ files: [file('json', jsonl(...rows))] })).toEqual(read);
    // A list that comes in many pieces.
    const many = Array.from({ length: 20_000 }, (_, index) => ({ text: `${index}。`.repeat(5) }));
    const found = await examples({ files: [file('json', JSON.stringify(many))] });
    expect(found).toEqual(many.map(({ text }) => ({ kind: 'whole', whole: text })));
  });

  it('may be a table, with a mark of its encoding, and with messages as JSON', async () => {
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const lines = rows.map(({ prompt, completion }) => [prompt, completion].map(quoted).join(','));
    const csv = ['\uFEFFprompt,completion', ...lines].join('\r\n');
    expect(await examples({ files: [file('csv', csv)] })).toEqual(read);
    const messages = [user('写'), assistant('白日')];
    const table = `messages\tscore\n${quoted(JSON.stringify(messages))}\t1\n`;
    expect(await examples({ files: [file('tsv', table)] })).toEqual([{ kind: 'whole', whole: messages }]);
    const judged = 'prompt,completion,label\n写,白日,True\n写,白,False\n';
    expect(
      (await examples({ files: [file('csv', judged)] })).map((one) => 'label' in one && one.label),
    ).toEqual([true, false]);
  });

  it('may be Parquet', async () => {
    const made = file('parquet', '');
    const column = (name: 'prompt' | 'completion') => ({ name, data: rows.map((row) => row[name]) });
    parquetWriteFile({ filename: made, columnData: [column('prompt'), column('completion')] });
    expect(await examples({ files: [made] })).toEqual(read);
  });

  it.each<[string, string, RegExp]>([
    ['jsonl', '{"text": "白"}\n{"text": ', /\.jsonl:2: not JSON/],
    ['json', '[{"text": "白"}, {"text"', /\.json: row 2: the list is cut short/],
    ['json', '[{"text": "白"}, oh]', /\.json: row 2: not JSON/],
    ['json', '[]', /\.json: no examples/],
    ['csv', 'prompt,completion\n写,白日\n写\n', /\.csv:3: not a table \(.*\)/],
    ['parquet', 'PAR1', /\.parquet: not Parquet that can be read/],
    ['jsonl', '', /\.jsonl: no examples/],
  ])('of %s that is damaged is refused with one line: %j', async (name, content, message) => {
    await expect(examples({ files: [file(name, content)] })).rejects.toThrow(message);
  });

  it('gives a stage what it learns from, and says which column another kind lacks', async () => {
    const files = [file('jsonl', jsonl({ prompt: '写', chosen: '白日', rejected: '白' }))];
    const learnt = [];
    for await (const row of readLearnt('judged', { files })) learnt.push(row.learnt);
    expect(learnt).toEqual([
      { prompt: '写', completions: ['白日'], label: true },
      { prompt: '写', completions: ['白'], label: false },
    ]);
    await expect(readLearnt('completions', { files }).next()).rejects.toThrow(
      /:1: completion: found nothing, expected prompt and completion, messages, or text/,
    );
  });
});
