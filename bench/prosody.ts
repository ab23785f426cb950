/**
 * The checks on the real corpus: forms and meter of 唐诗三百首 against its editors' tags, the time for all Tang poems, and the tones
 * against another program's (strains/, joined by id).
 *
 * npx tsx bench/prosody.ts CHINESE_POETRY_FOLDER
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { cleanPoem } from '../src/corpus/clean.js';
import { poemFiles, readPoems } from '../src/corpus/read.js';
import { checkLines, type PoemCheck } from '../src/poetry/prosody/check.js';
import { formOfShape, FORM_NAMES } from '../src/poetry/forms/forms.js';
import { characters } from '../src/poetry/text.js';
import { readJson } from '../src/support/files.js';

const folder = process.argv[2];
if (!folder) throw new Error('usage: prosody.ts CHINESE_POETRY_FOLDER');
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)}%`;

/** Lines of the poems of a file as cleaning leaves them, irregular ones too. */
async function linesOf(files: readonly string[]) {
  const poems: {
    id: string;
    title: string;
    author: string;
    tags: readonly string[];
    lines: readonly string[];
  }[] = [];
  for await (const poem of readPoems(files)) {
    const { poem: clean } = cleanPoem(poem, { fewestLines: 2, mostLines: 1000, regularOnly: false });
    if (clean) poems.push({ ...poem, title: clean.title, author: clean.author, lines: clean.lines });
  }
  return poems;
}

const anthology = await linesOf([path.join(folder, '全唐诗', '唐诗三百首.json')]);
console.log(`唐诗三百首: ${anthology.length} poems`);
const recognised = new Map<string, [number, number]>();
const remaining: { title: string; author: string; check: PoemCheck }[] = [];
let [octaves, regulated] = [0, 0];
for (const { title, author, tags, lines } of anthology) {
  const tagged = FORM_NAMES.find((name) => tags.includes(name));
  if (!tagged || formOfShape(lines) === undefined) continue;
  const check = checkLines(lines);
  const [right, all] = recognised.get(tagged) ?? [0, 0];
  recognised.set(tagged, [right + Number(check.shape === tagged), all + 1]);
  if (!tagged.endsWith('律诗') || check.shape !== tagged) continue;
  octaves += 1;
  if (check.regulated) regulated += 1;
  else remaining.push({ title, author, check });
}
for (const [name, [right, all]] of recognised)
  console.log(`  tagged ${name}: form recognised in ${right} of ${all}`);
console.log(
  `  律诗 regulated, licences included: ${regulated} of ${octaves} (${percent(regulated, octaves)})`,
);
for (const { title, author, check } of remaining) {
  const faults = check.violations.map(
    ({ line, chars, message }) => `第${line}句${chars} ${message.split(' ')[0]}`,
  );
  console.log(`    ${author}《${title}》 ${check.form}: ${faults.join('；')}`);
}

const poems = await linesOf(await poemFiles(folder));
// Time of one core, whatever else the machine does.
const started = process.cpuUsage();
const checks = poems.map(({ lines }) => checkLines(lines));
const seconds = process.cpuUsage(started).user / 1e6;
const counts = new Map<string, number>();
for (const { form } of checks) counts.set(form, (counts.get(form) ?? 0) + 1);
const sorted = [...counts].sort((a, b) => b[1] - a[1]).map(([form, count]) => `${form} ${count}`);
console.log(`all Tang poems: ${poems.length} checked in ${seconds.toFixed(1)} s on one core`);
console.log(`  ${sorted.join(', ')}`);

// Tones of the other program, by id: only poems of the same shape, the text has been corrected since.
const strains = new Map<string, string[]>();
const strainFolder = path.join(folder, 'strains', 'json');
for (const name of (await readdir(strainFolder)).filter((one) => one.startsWith('poet.tang'))) {
  const records = (await readJson(path.join(strainFolder, name))) as { id: string; strains: string[] }[];
  for (const { id, strains: lines } of records) {
    strains.set(
      id,
      lines
        .join('')
        .split(/[，。？！；]/u)
        .filter((line) => line !== ''),
    );
  }
}
let [same, either, different, open] = [0, 0, 0, 0];
const disagreements = new Map<string, number>();
poems.forEach(({ id, lines }, index) => {
  const other = strains.get(id);
  if (!other || other.length !== lines.length) return;
  lines.forEach((line, at) => {
    const theirs = characters(other[at] ?? '');
    const ours = checks[index]?.lines[at]?.tones ?? [];
    if (theirs.length !== characters(line).length) return;
    ours.forEach(({ char, tone }, place) => {
      const judged = theirs[place] ?? '';
      if (judged !== '平' && judged !== '仄') open += 1;
      else if (tone === judged) same += 1;
      else if (tone === '中' || tone === '?') either += 1;
      else {
        different += 1;
        const key = `${char} ${tone}/${judged}`;
        disagreements.set(key, (disagreements.get(key) ?? 0) + 1);
      }
    });
  });
});
const judged = same + either + different;
const frequent = [...disagreements].sort((a, b) => b[1] - a[1]).slice(0, 30);
console.log(`tones against strains/: ${judged} characters judged by both (${open} left open there)`);
console.log(
  `  the same ${percent(same, judged)}, either in ours ${percent(either, judged)}, different ${percent(different, judged)}`,
);
console.log(`  most frequent (ours/theirs): ${frequent.map(([key, count]) => `${key} ${count}`).join(', ')}`);
