/** What `shiren write` is asked for: prompt and flags as the library's options. */
import { existsSync } from 'node:fs';
import { FORM_NAMES, formByName, formOf, formOfShape, type FormName } from '../poetry/forms.js';
import { splitThemes } from '../poetry/prompt.js';
import { readFirstPoem } from '../corpus/poem-stream.js';
import { readPoemLines } from '../poetry/poem-text.js';
import { InputError } from '../support/errors.js';
import type { Constraints } from '../writing/constraint-schema.js';
import { LIFTABLE_RULES, type LiftableRule } from '../writing/tonal-templates.js';
import { formOfLines, readPrompt } from '../writing/prompt-request.js';
import type { WriteOptions } from '../writing/writer.js';

export interface RequestFlags {
  readonly form?: string;
  readonly theme?: string;
  readonly lines?: number;
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
  readonly forbid?: string;
  readonly require?: string;
  readonly original?: boolean;
}

/** The options of a request. @throws InputError for flags that contradict each other or the prompt */
export async function readRequest(prompt: string | undefined, flags: RequestFlags): Promise<WriteOptions> {
  requireWhole('count', flags.count);
  requireWhole('candidates', flags.candidates);
  if (flags.beams !== undefined) requireWhole('beams', flags.beams);
  const revised = await revisedLines(flags);
  const subject = readSubject(prompt, flags, revised);
  return {
    ...subject,
    count: flags.count,
    candidates: flags.candidates,
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
    ...readConstraints(flags, revised),
  };
}

function requireWhole(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new InputError(`--${name} ${value}: expected a whole number of 1 or more`);
  }
}

function readConstraints(flags: RequestFlags, revised: Constraints['lines']): Constraints {
  return {
    tones: flags.tones,
    template: flags.template,
    // What the prompt asks for (押东韵) counts where the flags say nothing.
    ...(flags.rhyme === undefined || flags.rhyme === true ? {} : { rhyme: flags.rhyme }),
    rhymeTone: flags.rhymeTone,
    changeRhyme: flags.changeRhyme,
    allow: readRules(flags.allow),
    acrostic: flags.acrostic,
    acrosticEnd: flags.acrosticEnd,
    lines: revised ?? (flags.given === undefined ? undefined : readPoemLines(flags.given)),
    forbidden: flags.forbid === undefined ? undefined : splitThemes(flags.forbid),
    required: flags.require === undefined ? undefined : splitThemes(flags.require),
  };
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
  const lines = existsSync(revise) ? await readFirstPoem(revise) : readPoemLines(revise);
  const anew = rewrite.split(',').map(Number);
  const wrong = anew.find((line) => !Number.isInteger(line) || line < 1 || line > lines.length);
  if (wrong !== undefined) {
    throw new InputError(`--rewrite ${rewrite}: expected line numbers from 1 to ${lines.length}`);
  }
  return lines.map((line, index) => (anew.includes(index + 1) ? undefined : line));
}

/** Form, number of lines, rhyme and themes from the prompt and the options; options win. */
function readSubject(
  prompt: string | undefined,
  flags: RequestFlags,
  revised: Constraints['lines'],
): Pick<WriteOptions, 'form' | 'lineCount' | 'rhyme' | 'themes'> {
  const chosen = flags.form === undefined ? undefined : formByName(flags.form);
  if (flags.form !== undefined && !chosen) {
    throw new InputError(`--form: ${flags.form}: expected one of ${FORM_NAMES.join(', ')}`);
  }
  const asked = prompt === undefined ? undefined : readPrompt(prompt, chosen);
  const lineCount = flags.lines ?? asked?.lineCount ?? revised?.length;
  const length = [...(readPoemLines(flags.given ?? '')[0] ?? '')].length;
  const form =
    chosen ??
    asked?.form ??
    (revised ? formOfRevised(revised) : formOfLines(lineCount ?? DEFAULT_LINES, length));
  if (!form) throw new InputError(`--lines ${lineCount}: expected one of ${FORM_NAMES.join(', ')}`);
  const themes = flags.theme === undefined ? (asked?.themes ?? []) : splitThemes(flags.theme);
  return { form, lineCount, rhyme: asked?.rhyme, themes };
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
