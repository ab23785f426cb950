/** The settings of supervised fine-tuning, under the names of TRL's SFTConfig. */
import { Type, type Static, type TObject } from 'typebox';
import { nullable } from './setting.js';

export const SFT_SETTINGS = {
  completion_only_loss: nullable(Type.Boolean(), {
    default: null,
    description:
      'Loss on the completion only; null: where examples have prompt and completion. false: on everything.',
  }),
  assistant_only_loss: Type.Boolean({
    default: false,
    description: 'Loss on what the assistant says only, in every turn of a chat.',
  }),
  dataset_text_field: Type.String({
    minLength: 1,
    default: 'text',
    description: 'The column of plain text, where examples are that.',
  }),
};

export type SftSettings = Readonly<Static<TObject<typeof SFT_SETTINGS>>>;
