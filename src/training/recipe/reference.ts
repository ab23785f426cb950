/** What is derived from the settings' schemas: the table of keys in the documentation, and a JSON Schema for editors. */
import { COMMON_GROUPS } from './common-settings.js';
import { expectation } from '../../support/schema.js';
import { defaultOf, descriptionOf, type Settings } from './setting.js';
import { TRAINERS, TRAINER_TYPES, type TrainerType } from './trainers.js';

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** A default as a recipe writes it. */
function written(value: unknown): string {
  if (value === undefined) return 'must be given';
  if (Array.isArray(value)) return `[${value.map(String).join(', ')}]`;
  return String(value);
}

function rows(settings: Settings): string[] {
  return Object.entries(settings).map(
    ([key, setting]) =>
      `| \`${key}\` | ${cell(expectation(setting))} | ${cell(written(defaultOf(setting)))} | ${cell(descriptionOf(setting))} |`,
  );
}

function table(heading: string, settings: Settings): string {
  const head = ['| key | value | default | what it is |', '|---|---|---|---|'];
  return [`**${heading}**`, '', ...head, ...rows(settings)].join('\n');
}

/** Which trainer adds which settings; trainers that add the same share a table. */
function trainerTables(): string[] {
  const own = new Map<string, TrainerType[]>();
  for (const type of TRAINER_TYPES) {
    const key = Object.keys(TRAINERS[type].settings).join();
    if (key !== '') own.set(key, [...(own.get(key) ?? []), type]);
  }
  return [...own.values()].map((types) => {
    const [first] = types as [TrainerType];
    return table(types.map((type) => `\`type: ${type}\``).join(', '), TRAINERS[first].settings);
  });
}

/** All keys of a recipe's stages, in Markdown. */
export function settingsInMarkdown(): string {
  const types = [
    '| `type` | columns of its data set | what it does |',
    '|---|---|---|',
    ...TRAINER_TYPES.map((type) => {
      const { columns, description } = TRAINERS[type];
      return `| \`${type}\` | ${columns.join(', ')} | ${cell(description)} |`;
    }),
  ].join('\n');
  const common = Object.entries(COMMON_GROUPS).map(([heading, settings]) => table(heading, settings));
  return [types, ...common, ...trainerTables()].join('\n\n');
}

/** Keywords that only we read. */
function forEditors(setting: object): object {
  return Object.fromEntries(Object.entries(setting).filter(([keyword]) => keyword !== 'expected'));
}

function properties(settings: Settings): Record<string, object> {
  return Object.fromEntries(Object.entries(settings).map(([key, setting]) => [key, forEditors(setting)]));
}

/** The JSON Schema of a recipe's file. */
export function recipeSchema(): object {
  const common = Object.assign({}, ...Object.values(COMMON_GROUPS)) as Settings;
  const stages = TRAINER_TYPES.map((type) => {
    const settings = { ...common, ...TRAINERS[type].settings };
    const given = Object.keys(settings).filter((key) => defaultOf(settings[key] ?? {}) === undefined);
    return {
      type: 'object',
      description: TRAINERS[type].description,
      additionalProperties: false,
      required: ['type', ...given],
      properties: { type: { const: type }, ...properties(settings) },
    };
  });
  const every = Object.assign(
    {},
    ...TRAINER_TYPES.map((type) => TRAINERS[type].settings),
    common,
  ) as Settings;
  const defaults = Object.keys(every).filter((key) => key !== 'name');
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'shiren recipe',
    type: 'object',
    additionalProperties: false,
    required: ['model_name_or_path', 'stages'],
    properties: {
      model_name_or_path: {
        type: 'string',
        description: 'A model folder, a GGUF file, or an id of the Hugging Face hub.',
      },
      base_model_name_or_path: {
        type: 'string',
        description:
          'What adapters call their base: an id of the hub, for PEFT elsewhere. Its id or its absolute folder where absent.',
      },
      chat_template: {
        type: 'string',
        description: 'In the place of the model’s own: a template in Jinja, or a file that holds one.',
      },
      defaults: {
        type: 'object',
        description: 'Settings of all stages that have them.',
        additionalProperties: false,
        properties: Object.fromEntries(
          defaults.map((key) => [key, { description: descriptionOf(every[key] ?? {}) }]),
        ),
      },
      stages: { type: 'array', minItems: 1, items: { oneOf: stages } },
    },
  };
}
