#!/bin/bash
# All stages one after another: bash run.sh accelerate/multi_gpu.yaml
set -euo pipefail
cd "$(dirname "$0")"
config="${1:-accelerate/multi_gpu.yaml}"
stages=$(python steps.py "$config")
for stage in $stages; do
  if [ -f "output/$stage/adapter_model.safetensors" ]; then continue; fi
  accelerate launch --config_file "$config" train.py "$stage"
done
