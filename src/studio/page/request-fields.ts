/** What the reader has filled in of a request, and the request that this makes. Each key of a request has its place here, by its type. */
import type { FormName } from '../../poetry/forms/forms.js';
import { splitLines, splitThemes } from '../../poetry/text.js';
import type { PoemChoices } from '../../writing/choices.js';
import type { JsonConstraints } from '../../writing/constraints/constraint-schema.js';
import type { SamplingOptions } from '../../writing/decoding/generation-settings.js';
import type { JsonRequest } from '../../writing/json-request.js';
import type { WrittenPoem } from '../../writing/written-poem.js';

/** Choices of the rhyme beside the groups: any group, or none. */
export const [ANY_RHYME, NO_RHYME] = ['', 'none'] as const;

/** Texts as they were typed, empty where nothing is asked for. */
export interface ConstraintFields extends Record<keyof JsonConstraints, unknown> {
  readonly tones: boolean;
  readonly template: string;
  readonly rhyme: string;
  readonly lineCount: string;
  readonly rhymeTone: '' | NonNullable<JsonConstraints['rhymeTone']>;
  readonly changeRhyme: boolean;
  readonly allow: NonNullable<JsonConstraints['allow']>;
  readonly acrostic: string;
  readonly acrosticEnd: string;
  readonly lines: string;
  readonly forbidden: string;
  readonly required: string;
}

/** Numbers as they were typed; what is empty is as the model's owner has it. */
export type SamplingFields = Readonly<Record<keyof SamplingOptions, string>>;

export interface RequestFields {
  readonly model: string;
  readonly form: FormName;
  readonly themes: string;
  readonly prompt: string;
  readonly constraints: ConstraintFields;
  readonly sampling: SamplingFields;
  readonly constrained: boolean;
  readonly original: boolean;
  /** Themes that poems do not know are not led to words that they know. */
  readonly literal: boolean;
  readonly candidates: number;
  /** Empty for another one each time. */
  readonly seed: string;
}

export const EMPTY_REQUEST: RequestFields = {
  model: '',
  form: '五言绝句',
  themes: '',
  prompt: '',
  constraints: {
    tones: true,
    template: '',
    rhyme: ANY_RHYME,
    lineCount: '',
    rhymeTone: '',
    changeRhyme: false,
    allow: [],
    acrostic: '',
    acrosticEnd: '',
    lines: '',
    forbidden: '',
    required: '',
  },
  sampling: { temperature: '0.8', topP: '', topK: '', minP: '', repetitionPenalty: '' },
  constrained: true,
  original: false,
  literal: false,
  candidates: 4,
  seed: '',
};

/** The fields with another form: what only the old one may be asked for is not kept. */
export function withForm(fields: RequestFields, form: FormName, forms: PoemChoices['forms']): RequestFields {
  const { template, rhyme, lineCount, rhymeTone, changeRhyme } = EMPTY_REQUEST.constraints;
  const styleOf = (one: FormName) => forms.find(({ name }) => name === one)?.style;
  const sameStyle = styleOf(form) === styleOf(fields.form);
  const reset = { lineCount, ...(sameStyle ? {} : { template, rhyme, rhymeTone, changeRhyme }) };
  return { ...fields, form, constraints: { ...fields.constraints, ...reset } };
}

/** Characters that a theme word has at most: what is longer is a sentence. */
const LONGEST_WORD = 5;

/** Whether a subject is told in a sentence (秋夜想起远方的朋友), not in words (秋天、友情). */
export function isSentence(subject: string): boolean {
  return /[。！？!?]/u.test(subject) || splitThemes(subject).some((word) => [...word].length > LONGEST_WORD);
}

/** What asks for a poem on a sentence; undefined where the subject is none, or where a prompt was typed. */
function sentencePrompt({ prompt, themes, form }: RequestFields): string | undefined {
  if (filled(prompt) !== undefined || !isSentence(themes)) return undefined;
  return `${themes.trim().replace(/[。！？!?]+$/u, '')}，请据此写一首${form}`;
}

const SEEDS = 2 ** 31;
export const randomSeed = (): number => Math.floor(Math.random() * SEEDS);

/** The request that the fields make. */
export function toRequest(fields: RequestFields): JsonRequest {
  const sentence = sentencePrompt(fields);
  const request = {
    model: filled(fields.model),
    form: fields.form,
    // Those of a sentence are read from the prompt.
    themes: sentence === undefined ? splitThemes(fields.themes) : undefined,
    prompt: sentence ?? filled(fields.prompt),
    constraints: fields.constrained ? toConstraints(fields.constraints) : undefined,
    sampling: toSampling(fields.sampling),
    free: fields.constrained ? undefined : true,
    original: fields.constrained ? fields.original : undefined,
    // That of what was typed.
    script: undefined,
    literal: fields.literal ? true : undefined,
    candidates: fields.candidates,
    seed: toNumber(fields.seed) ?? randomSeed(),
  } satisfies Record<keyof JsonRequest, unknown>;
  return present(request);
}

/** The request that writes one line of a poem anew and keeps the others. @param line its number, from 1 */
export function rewriteRequest(poem: WrittenPoem, line: number, fields: RequestFields): JsonRequest {
  const { form, themes } = poem;
  const lines = poem.lines.map((text, index) => (index + 1 === line ? null : text));
  const { model, candidates } = toRequest(fields);
  return { model, form, themes: [...themes], constraints: { lines }, candidates, seed: randomSeed() };
}

function toConstraints(fields: ConstraintFields): JsonConstraints {
  const constraints = {
    tones: fields.tones ? undefined : false,
    template: filled(fields.template),
    rhyme: fields.rhyme === NO_RHYME ? false : filled(fields.rhyme),
    lineCount: toNumber(fields.lineCount),
    rhymeTone: fields.rhymeTone === '' ? undefined : fields.rhymeTone,
    changeRhyme: fields.changeRhyme ? true : undefined,
    allow: fields.allow.length > 0 ? fields.allow : undefined,
    acrostic: filled(fields.acrostic),
    acrosticEnd: filled(fields.acrosticEnd),
    lines: filledList(splitLines(fields.lines)),
    forbidden: filledList(splitThemes(fields.forbidden)),
    required: filledList(splitThemes(fields.required)),
  } satisfies Record<keyof JsonConstraints, unknown>;
  return present(constraints);
}

function toSampling(fields: SamplingFields): Partial<SamplingOptions> {
  const sampling = {
    temperature: toNumber(fields.temperature),
    topK: toNumber(fields.topK),
    topP: toNumber(fields.topP),
    minP: toNumber(fields.minP),
    repetitionPenalty: toNumber(fields.repetitionPenalty),
  } satisfies Record<keyof SamplingOptions, unknown>;
  return present(sampling);
}

function filled(text: string): string | undefined {
  return text.trim() === '' ? undefined : text.trim();
}

function filledList(words: readonly string[]): string[] | undefined {
  return words.length > 0 ? [...words] : undefined;
}

function toNumber(text: string): number | undefined {
  return text.trim() === '' ? undefined : Number(text);
}

/** Without the keys of which nothing is said. */
function present<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
