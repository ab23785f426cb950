"""TRL on the examples that bench/train.ts hands over: one JSON line {samples_per_second, peak_gb}.

usage: trl_bench.py sft|dpo float32|bfloat16 MODEL_FOLDER EXAMPLES.json STEPS cpu|cuda
Weights are random ones of the folder's configuration. The first step is warm-up; the rate is the median of the others; the peak is the process's or, with cuda,
that of the GPU's memory.
"""
import json
import os
import resource
import statistics
import sys
import tempfile
import time
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
warnings.filterwarnings("ignore")

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer

objective, precision, folder, examples_file, steps, device = sys.argv[1:7]
torch.manual_seed(1)
model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder)).float()
tokenizer = AutoTokenizer.from_pretrained(folder)
with open(examples_file, encoding="utf8") as file:
    examples = json.load(file)

seconds = []


class StepClock(TrainerCallback):
    def on_step_begin(self, args, state, control, **kwargs):
        self.started = time.perf_counter()

    def on_step_end(self, args, state, control, **kwargs):
        seconds.append(time.perf_counter() - self.started)


settings = {
    "output_dir": tempfile.mkdtemp(),
    "max_steps": int(steps),
    "gradient_accumulation_steps": 8,
    "use_cpu": device == "cpu",
    "bf16": precision == "bfloat16",
    "gradient_checkpointing": False,
    "report_to": [],
    "save_strategy": "no",
    "disable_tqdm": True,
}
adapter = LoraConfig(
    r=8,
    lora_alpha=32,
    lora_dropout=0.05,
    target_modules=["q_proj", "k_proj", "v_proj", "o_proj"],
    task_type="CAUSAL_LM",
)
shared = {"model": model, "processing_class": tokenizer, "peft_config": adapter, "callbacks": [StepClock()]}
if objective == "sft":
    batch = 4
    columns = [{"prompt": e["prompt"], "completion": e["chosen"]} for e in examples]
    config = SFTConfig(per_device_train_batch_size=batch, learning_rate=2e-4, **settings)
    trainer = SFTTrainer(args=config, train_dataset=Dataset.from_list(columns), **shared)
else:
    batch = 2
    columns = [{key: e[key] for key in ("prompt", "chosen", "rejected")} for e in examples]
    config = DPOConfig(per_device_train_batch_size=batch, learning_rate=1e-5, beta=0.1, **settings)
    trainer = DPOTrainer(args=config, train_dataset=Dataset.from_list(columns), **shared)
with open(os.devnull, "w") as silent:
    stdout, sys.stdout = sys.stdout, silent
    trainer.train()
    sys.stdout = stdout
rate = batch * 8 / statistics.median(seconds[1:])
if device == "cpu":
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
else:
    peak = torch.cuda.max_memory_allocated() / 1e9
print(json.dumps({"samples_per_second": rate, "peak_gb": peak}))
