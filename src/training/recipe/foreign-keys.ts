/**
 * Keys of TrainingArguments, LoraConfig and TRL's configurations that a recipe does not take: why, or what takes their place. Whoever
 * brings a recipe from there is told so, and not the name of a key that happens to be spelled alike.
 */
const PROCESSOR = 'a step runs in float32, or with base_dtype int8, whatever the processor is';
const FOLDERS = 'each stage gets a folder of its name below --out';
const STEPS = 'steps are counted';
const ONE_PROCESS = 'a run is one process; export trl makes a project for many';
const HUB = 'nothing is sent to the hub';

export const FOREIGN_KEYS: Readonly<Record<string, string>> = {
  bf16: PROCESSOR,
  fp16: PROCESSOR,
  tf32: PROCESSOR,
  dtype: PROCESSOR,
  torch_dtype: PROCESSOR,
  load_in_4bit: 'base_dtype: int8 is the precision that a frozen base can be rounded to',
  load_in_8bit: 'base_dtype: int8 does this',
  optim: 'the optimiser is AdamW; weight_decay, adam_beta1, adam_beta2 and adam_epsilon are its settings',
  output_dir: FOLDERS,
  overwrite_output_dir: FOLDERS,
  run_name: FOLDERS,
  logging_dir: FOLDERS,
  resume_from_checkpoint: 'a run that was stopped always goes on where it was',
  eval_strategy: `${STEPS}: eval_dataset and eval_steps say when`,
  evaluation_strategy: `${STEPS}: eval_dataset and eval_steps say when`,
  save_strategy: `${STEPS}: save_steps says when`,
  logging_strategy: `${STEPS}: logging_steps says when`,
  metric_for_best_model: 'the best model is the one of the lowest eval_loss',
  greater_is_better: 'the best model is the one of the lowest eval_loss',
  per_device_eval_batch_size: 'evaluation packs as training does, by per_device_train_batch_size',
  auto_find_batch_size: 'per_device_train_batch_size is used as it is',
  packing: 'examples are always packed, and see themselves only',
  padding_free: 'examples are always packed, and see themselves only',
  group_by_length: 'rows are filled by what they cost; row_length bounds them',
  max_seq_length: 'its name is max_length',
  max_prompt_length: 'max_length bounds prompt and answer together',
  gradient_checkpointing_kwargs: 'gradient_checkpointing has no variants',
  lora_modules: 'its name is target_modules',
  lora_r: 'its name is r',
  lora_target_modules: 'its name is target_modules',
  task_type: 'adapters are made for CAUSAL_LM',
  use_peft: 'adapters are what is trained; shiren pretrain trains all weights',
  ref_model: 'the reference is the adapter that a stage starts from (adapter_from)',
  precompute_ref_log_probs: 'the reference is always scored once, before the first step',
  use_liger_kernel: 'the loss already computes what carries loss only',
  attn_implementation: 'there is one attention',
  torch_compile: 'forward and backward are compiled as one graph anyway',
  dataloader_num_workers: 'examples are read before the first step',
  dataset_num_proc: 'examples are read before the first step',
  remove_unused_columns: 'columns that are not known are left alone',
  data_seed: 'seed draws the order too',
  deepspeed: ONE_PROCESS,
  fsdp: ONE_PROCESS,
  ddp_find_unused_parameters: ONE_PROCESS,
  local_rank: ONE_PROCESS,
  push_to_hub: HUB,
  hub_model_id: HUB,
  hub_token: HUB,
  max_tokens: 'its name is max_length',
  lr: 'its name is learning_rate',
  batch_size: 'its name is per_device_train_batch_size',
  epochs: 'its name is num_train_epochs',
};
