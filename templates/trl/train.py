"""One stage of the recipe, with TRL: accelerate launch train.py STAGE [--output-dir DIR] [--max-steps N]

Reads recipe.json, data/STAGE.jsonl (TRL's columns; with template_loss false as text, the chat template applied), order/STAGE.json (which examples each epoch
sees, in which order), for a stage with a validation set data/STAGE.eval.jsonl and, for a stage that starts anew, init/STAGE: the
adapter as it is before the first step. With these a run takes the same steps as the one that this project was exported from, on any
number of processes that divides them.
"""

import argparse
import json
import os
from pathlib import Path

import torch
from datasets import load_dataset
from peft import PeftModel
from torch.utils.data import Sampler
from transformers import AutoModelForCausalLM, AutoTokenizer, EarlyStoppingCallback
from trl import DPOConfig, DPOTrainer, GRPOConfig, GRPOTrainer, KTOConfig, KTOTrainer, SFTConfig, SFTTrainer

from rewards import reward_functions
from steps import share_of_step

HERE = Path(__file__).parent

COLUMNS = {
    "dpo": ("prompt", "chosen", "rejected"),
    "kto": ("prompt", "completion", "label"),
    "grpo": ("prompt", "asked", "form", "themes"),
}

# What a recipe and GRPOConfig call by one name.
GRPO_SETTINGS = (
    "loss_type beta epsilon epsilon_high num_iterations num_generations max_completion_length temperature top_p top_k "
    "importance_sampling_level scale_rewards mask_truncated_completions reward_weights"
).split()


class RecipeOrder(Sampler):
    """The order of examples as the recipe has it: another one each epoch."""

    def __init__(self, epochs):
        self.epochs = epochs
        self.epoch = 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def __iter__(self):
        return iter(self.epochs[self.epoch % len(self.epochs)])

    def __len__(self):
        return len(self.epochs[0])


def in_order(trainer_class, epochs):
    """A trainer that goes through the examples in the recipe's order."""

    class InOrder(trainer_class):
        def _get_train_sampler(self, *args, **kwargs):
            return RecipeOrder(epochs)

    return InOrder


def read(path):
    return json.loads((HERE / path).read_text(encoding="utf8"))


def read_rows(stage, ending):
    """The examples of a stage, in the columns that its trainer reads."""
    file = str(HERE / "data" / f"{stage['name']}{ending}.jsonl")
    dataset = load_dataset("json", data_files=file, split="train")
    return dataset.select_columns(list(COLUMNS[stage["type"]])) if stage["type"] in COLUMNS else dataset


def is_watched(stage):
    """Whether a stage has a validation set that is evaluated on the way."""
    return (HERE / "data" / f"{stage['name']}.eval.jsonl").exists() and stage["eval_strategy"] != "no"


def evaluation(stage, batch):
    """Arguments for a validation set: when it is watched, and what is made of its loss."""
    strategy = stage["eval_strategy"] or "steps"
    best = stage["load_best_model_at_end"]
    return {
        "eval_strategy": strategy,
        "eval_steps": stage["eval_steps"],
        "per_device_eval_batch_size": stage["per_device_eval_batch_size"] or batch,
        "metric_for_best_model": "eval_loss",
        "greater_is_better": False,
        "load_best_model_at_end": best,
        # The best weights can only be loaded where they were saved.
        **({"save_strategy": strategy, "save_steps": stage["eval_steps"]} if best else {}),
    }


def settings(stage, output_dir, max_steps):
    """Arguments that the configurations of all trainers share."""
    batch, accumulation = share_of_step(stage, int(os.environ.get("WORLD_SIZE", "1")))
    bf16 = torch.cuda.is_available() and torch.cuda.is_bf16_supported()
    return {
        "output_dir": output_dir,
        "max_steps": max_steps if max_steps is not None else stage["max_steps"],
        "num_train_epochs": stage["num_train_epochs"],
        "per_device_train_batch_size": batch,
        "gradient_accumulation_steps": accumulation,
        "learning_rate": stage["learning_rate"],
        "lr_scheduler_type": stage["lr_scheduler_type"],
        "lr_scheduler_kwargs": stage["lr_scheduler_kwargs"] or {},
        "optim": stage["optim"],
        "neftune_noise_alpha": stage["neftune_noise_alpha"],
        "warmup_steps": stage["warmup_steps"] or stage["warmup_ratio"],
        "max_grad_norm": stage["max_grad_norm"],
        "weight_decay": stage["weight_decay"],
        "adam_beta1": stage["adam_beta1"],
        "adam_beta2": stage["adam_beta2"],
        "adam_epsilon": stage["adam_epsilon"],
        "max_length": stage["max_length"],
        "gradient_checkpointing": stage["gradient_checkpointing"],
        "seed": stage["seed"],
        "logging_steps": stage["logging_steps"],
        "save_steps": stage["save_steps"],
        "save_total_limit": stage["save_total_limit"] or None,
        "report_to": [] if stage["report_to"] == "none" else [stage["report_to"]],
        "bf16": bf16,
        "use_cpu": not torch.cuda.is_available(),
        "ddp_find_unused_parameters": False,
        **(evaluation(stage, batch) if is_watched(stage) else {}),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("stage")
    parser.add_argument("--output-dir")
    parser.add_argument("--max-steps", type=int)
    flags = parser.parse_args()
    recipe = read("recipe.json")
    stage = next((one for one in recipe["stages"] if one["name"] == flags.stage), None)
    if stage is None:
        raise SystemExit(f"stage {flags.stage}: expected one of {[one['name'] for one in recipe['stages']]}")
    output_dir = flags.output_dir or str(HERE / "output" / stage["name"])

    base = os.environ.get("MODEL", recipe["model_name_or_path"])
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    start = HERE / "init" / stage["name"]
    if not start.exists():
        start = Path(output_dir).parent / stage["adapter_from"]
    model = PeftModel.from_pretrained(model, start, is_trainable=True)
    for config in model.peft_config.values():
        config.lora_dropout = stage["lora_dropout"]

    template = HERE / "chat_template.jinja"
    if template.exists():
        tokenizer.chat_template = template.read_text(encoding="utf8")

    shared = {"model": model, "processing_class": tokenizer, "train_dataset": read_rows(stage, "")}
    if is_watched(stage):
        shared["eval_dataset"] = read_rows(stage, ".eval")
        if stage["early_stopping_patience"] > 0:
            shared["callbacks"] = [EarlyStoppingCallback(stage["early_stopping_patience"])]
    arguments = settings(stage, output_dir, flags.max_steps)
    epochs = read(f"order/{stage['name']}.json")
    if stage["type"] == "sft":
        own = {name: stage[name] for name in ("completion_only_loss", "assistant_only_loss")}
        trainer = in_order(SFTTrainer, epochs)(args=SFTConfig(**own, **arguments), **shared)
    elif stage["type"] == "kto":
        own = {name: stage[name] for name in ("loss_type", "beta", "desirable_weight", "undesirable_weight")}
        trainer = in_order(KTOTrainer, epochs)(args=KTOConfig(**own, **arguments), **shared)
    elif stage["type"] == "grpo":
        del arguments["max_length"]
        config = GRPOConfig(**{name: stage[name] for name in GRPO_SETTINGS}, **arguments)
        functions = reward_functions(stage, tokenizer.eos_token_id)
        trainer = GRPOTrainer(args=config, reward_funcs=functions, **shared)
    else:
        losses = {"loss_type": [stage["loss_type"]], "loss_weights": [1.0]}
        if stage["rpo_alpha"] > 0:
            # TRL takes the mean over the tokens of a micro-batch, not of a step: a little different from shiren's.
            losses = {"loss_type": [stage["loss_type"], "sft"], "loss_weights": [1.0, stage["rpo_alpha"]]}
        config = DPOConfig(beta=stage["beta"], label_smoothing=stage["label_smoothing"], **losses, **arguments)
        trainer = in_order(DPOTrainer, epochs)(args=config, **shared)
    trainer.train(resume_from_checkpoint=any(Path(output_dir).glob("checkpoint-*")))
    trainer.save_model(output_dir)
    if trainer.is_world_process_zero():
        steps = [entry for entry in trainer.state.log_history if "loss" in entry or "eval_loss" in entry]
        lines = "".join(json.dumps(entry) + "\n" for entry in steps)
        (Path(output_dir) / "metrics.jsonl").write_text(lines, encoding="utf8")


if __name__ == "__main__":
    main()
