#!/bin/bash
# All stages one after another: bash run.sh accelerate/multi_gpu.yaml
set -euo pipefail
cd "$(dirname "$0")"
config="${1:-accelerate/multi_gpu.yaml}"
for stage in $(python -c "import json; print(*[s['name'] for s in json.load(open('recipe.json'))['stages']])"); do
  if [ -f "output/$stage/adapter_model.safetensors" ]; then continue; fi
  accelerate launch --config_file "$config" train.py "$stage"
done
