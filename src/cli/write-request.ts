/** What `shiren write` is asked for: prompt and flags as the library's options. */
import { existsSync } from 'node:fs';
import { FORM_NAMES, formByName, formOf, formOfShape, type FormName } from '../poetry/forms/forms.js';
import { splitThemes } from '../poetry/prompt.js';
import { readFirstPoem } from '../corpus/poem-stream.js';
import { readPoemLines } from '../poetry/parsing/poem-text.js';
import type { Script } from '../poetry/script/script.js';
import { characters } from '../poetry/text.js';
import { InputError } from '../support/errors.js';
import { clipped } from '../support/schema.js';
import { readShortText, STANDARD_INPUT } from '../support/short-text.js';
import type { Constraints } from '../writing/constraints/constraint-schema.js';
import { LIFTABLE_RULES, type LiftableRule } from '../writing/constraints/tonal-templates.js';
import { formOfLines, readPrompt as readAsked } from '../writing/prompt-request.js';
import { scriptOfRequest } from '../writing/request-script.js';
import { checkedRequest, LONGEST_PROMPT, type WriteOptions } from '../writing/write-request.js';

export interface RequestFlags {
  readonly file?: string;
  readonly form?: string;
  readonly theme?: string;
  readonly literal?: boolean;
  readonly lines?: number;
  readonly script?: Script;
  readonly rhymeTone?: 'level' | 'oblique';
  readonly changeRhyme?: boolean;
  readonly count: number;
  readonly seed: number;
  readonly candidates: number;
  readonly beams?: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly repetitionPenalty: number;
  readonly free?: boolean;
  readonly tones: boolean;
  readonly template?: string;
  readonly rhyme?: string | boolean;
  readonly allow?: string;
  readonly acrostic?: string;
  readonly acrosticEnd?: string;
  readonly given?: string;
  readonly revise?: string;
  readonly rewrite?: string;
  readonly forbidden?: string;
  readonly required?: string;
  readonly original?: boolean;
}

/** The options of a request. @throws InputError for flags that contradict each other or the prompt */
export async function readRequest(given: string | undefined, flags: RequestFlags): Promise<WriteOptions> {
  const prompt = await readPrompt(given, flags);
  const revised = await revisedLines(flags);
  const subject = readSubject(prompt, flags, revised);
  const constraints = readConstraints(flags, subject, revised);
  const { form, theme = '' } = flags;
  return checkedRequest({
    ...subject,
    literal: flags.literal,
    script: flags.script ?? scriptOfRequest({ ...constraints, form, prompt, themes: [theme] }),
    count: flags.count,
    // Beam search writes one poem for each.
    candidates: flags.beams === undefined ? flags.candidates : 1,
    beams: flags.beams,
    seed: flags.seed,
    free: flags.free,
    original: flags.original,
    sampling: {
      temperature: flags.temperature,
      topK: flags.topK,
      topP: flags.topP,
      minP: flags.minP,
      repetitionPenalty: flags.repetitionPenalty,
    },
    ...constraints,
  });
}

/** Bytes of a prompt, or of a poem that is revised: UTF-8 takes up to four a character. */
const LONGEST_TEXT = 4 * LONGEST_PROMPT;

/** The prompt: as it was typed, of a file, or of standard input. Only what was typed has passed through the command line. */
async function readPrompt(given: string | undefined, { file }: RequestFlags): Promise<string | undefined> {
  if (given !== undefined && file !== undefined) {
    throw new InputError(`--file ${file}: found together with a prompt, expected one of the two`);
  }
  const source = given === STANDARD_INPUT ? given : file;
  const prompt = source === undefined ? given : (await readShortText(source, LONGEST_TEXT)).trim();
  if (prompt !== undefined && characters(prompt).length > LONGEST_PROMPT) {
    throw new InputError(
      `prompt: found ${characters(prompt).length} characters, expected at most ${LONGEST_PROMPT}`,
    );
  }
  return prompt;
}

function readConstraints(
  flags: RequestFlags,
  subject: Pick<WriteOptions, 'lineCount' | 'rhyme'>,
  revised: Constraints['lines'],
): Constraints {
  // Every constraint is named here, so that one that is new cannot be forgotten.
  const constraints = {
    tones: flags.tones ? undefined : false,
    template: flags.template,
    rhyme: subject.rhyme,
    lineCount: subject.lineCount,
    rhymeTone: flags.rhymeTone,
    changeRhyme: flags.changeRhyme,
    allow: readRules(flags.allow),
    acrostic: flags.acrostic,
    acrosticEnd: flags.acrosticEnd,
    lines: revised ?? (flags.given === undefined ? undefined : readPoemLines(flags.given)),
    forbidden: flags.forbidden === undefined ? undefined : splitThemes(flags.forbidden),
    required: flags.required === undefined ? undefined : splitThemes(flags.required),
  } satisfies Record<keyof Constraints, unknown>;
  return constraints;
}

function readRules(text: string | undefined): LiftableRule[] | undefined {
  return text?.split(',').map((name) => {
    const rule = LIFTABLE_RULES.find((one) => one === name.trim());
    if (!rule) throw new InputError(`--allow ${name}: expected one of ${LIFTABLE_RULES.join(', ')}`);
    return rule;
  });
}

/** The lines of a poem that is revised, without those that are written anew. */
async function revisedLines({ revise, rewrite }: RequestFlags): Promise<Constraints['lines']> {
  if (revise === undefined && rewrite === undefined) return undefined;
  if (revise === undefined || rewrite === undefined) {
    throw new InputError('--revise and --rewrite: expected both, the poem and the lines to write anew');
  }
  const isFile = existsSync(revise);
  if (!isFile && revise !== STANDARD_INPUT && characters(revise).length > LONGEST_PROMPT) {
    throw new InputError(
      `--revise: found ${characters(revise).length} characters, expected a poem, or a file with one`,
    );
  }
  const lines = isFile
    ? await readFirstPoem(revise)
    : readPoemLines(revise === STANDARD_INPUT ? await readShortText(revise, LONGEST_TEXT) : revise);
  const anew = rewrite.split(',').map(Number);
  const wrong = anew.find((line) => !Number.isInteger(line) || line < 1 || line > lines.length);
  if (wrong !== undefined) {
    throw new InputError(`--rewrite ${rewrite}: expected line numbers from 1 to ${lines.length}`);
  }
  return lines.map((line, index) => (anew.includes(index + 1) ? undefined : line));
}

/** Form, number of lines, rhyme and themes from the prompt and the options. */
function readSubject(
  prompt: string | undefined,
  flags: RequestFlags,
  revised: Constraints['lines'],
): Pick<WriteOptions, 'form' | 'lineCount' | 'rhyme' | 'themes'> {
  const chosen = flags.form === undefined ? undefined : formByName(flags.form);
  if (flags.form !== undefined && !chosen) {
    throw new InputError(`--form: ${clipped(flags.form)}: expected one of ${FORM_NAMES.join(', ')}`);
  }
  const rhyme = flags.rhyme === true ? undefined : flags.rhyme;
  const asked =
    prompt === undefined ? undefined : readAsked(prompt, { form: chosen, lineCount: flags.lines, rhyme });
  const lineCount = flags.lines ?? asked?.lineCount ?? revised?.length;
  const length = [...(readPoemLines(flags.given ?? '')[0] ?? '')].length;
  const form =
    chosen ??
    asked?.form ??
    (revised ? formOfRevised(revised) : formOfLines(lineCount ?? DEFAULT_LINES, length));
  if (!form) {
    const found = length === 0 ? `--lines ${lineCount}` : `--given: a line of ${length} characters`;
    throw new InputError(`${found}: expected one of ${FORM_NAMES.join(', ')}`);
  }
  if (flags.theme !== undefined && asked && asked.themes.length > 0) {
    const themes = asked.themes.join('、');
    throw new InputError(`--theme ${flags.theme}: the prompt’s theme is ${themes}, expected one of the two`);
  }
  const themes = flags.theme === undefined ? (asked?.themes ?? []) : splitThemes(flags.theme);
  return { form, lineCount, rhyme: rhyme ?? asked?.rhyme, themes };
}

/** Lines of a poem of which nothing is said. */
const DEFAULT_LINES = 4;

function formOfRevised(lines: readonly (string | undefined)[]): FormName {
  const kept = lines.find((line) => line !== undefined) ?? '';
  const { length } = [...kept];
  const form =
    formOfShape(lines.map((line) => line ?? kept)) ??
    formOf('regulated', length, lines.length) ??
    formOf('old-style', length, lines.length);
  if (!form) {
    throw new InputError(
      `--revise: ${lines.length} lines, "${kept}": expected one of ${FORM_NAMES.join(', ')}`,
    );
  }
  return form;
}
