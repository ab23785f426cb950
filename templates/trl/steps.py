"""How a step is divided among processes. As a program (python steps.py accelerate/FILE.yaml): the names of the stages, once all can be divided."""

import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent


def share_of_step(stage, processes):
    """Micro-batch and accumulation of one process: the processes divide the examples of a step among themselves."""
    batch, accumulation = stage["per_device_train_batch_size"], stage["gradient_accumulation_steps"]
    examples, rest = divmod(batch * accumulation, processes)
    if rest != 0:
        raise SystemExit(
            f"{stage['name']}: {batch * accumulation} examples a step (per_device_train_batch_size {batch}, "
            f"gradient_accumulation_steps {accumulation}): expected a multiple of the {processes} processes (num_processes)"
        )
    micro = max(size for size in range(1, batch + 1) if examples % size == 0)
    return micro, examples // micro


def main():
    found = re.search(r"^num_processes: *(\d+)", Path(sys.argv[1]).read_text(encoding="utf8"), re.MULTILINE)
    processes = int(found.group(1)) if found else 1
    stages = json.loads((HERE / "recipe.json").read_text(encoding="utf8"))["stages"]
    for stage in stages:
        share_of_step(stage, processes)
    print(*[stage["name"] for stage in stages])


if __name__ == "__main__":
    main()
