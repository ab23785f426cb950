"""The rewards of a grpo stage: shiren judges, each batch in a process of its own. SHIREN is its command (npx shiren)."""

import json
import os
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).parent


@lru_cache(maxsize=2)
def judge(stage, poems):
    """The values of all rewards for some poems, each a line of JSON: a dictionary a poem."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "poems.jsonl"
        file.write_text("".join(f"{poem}\n" for poem in poems), encoding="utf8")
        command = os.environ.get("SHIREN", "npx shiren").split()
        arguments = ["reward", str(file), "--recipe", "recipe.json", "--stage", stage, "--data", "data", "--json"]
        run = subprocess.run([*command, *arguments], cwd=HERE, capture_output=True, encoding="utf8")
        if run.returncode != 0:
            raise SystemExit(run.stderr)
    return [json.loads(line)["rewards"] for line in run.stdout.splitlines()]


def reward_names(stage):
    """What shiren calls the rewards: by name, a module by its file's, the second of a name NAME-2."""
    names = [reward if isinstance(reward, str) else reward.get("name") or Path(reward["module"]).stem for reward in stage["rewards"]]
    counts = [names[:index].count(name) for index, name in enumerate(names)]
    return [name if count == 0 else f"{name}-{count + 1}" for name, count in zip(names, counts)]


def reward_functions(stage, end_token):
    """One function a reward, under its name."""

    def function(name):
        def reward(completions, completion_ids, asked, form, themes, **_):
            columns = zip(completions, completion_ids, asked, form, themes)
            poems = tuple(
                json.dumps({"prompt": prompt, "text": text, "form": kind, "themes": about, "finished": ids[-1] == end_token})
                for text, ids, prompt, kind, about in columns
            )
            return [rewards[name] for rewards in judge(stage["name"], poems)]

        reward.__name__ = name
        return reward

    return [function(name) for name in reward_names(stage)]
