#!/bin/sh
# Everything that needs an NVIDIA card, on a machine that has one: the engine contract suite, the faults, then timings beside
# their floors. Run in a checkout after `npm ci && npm run build`; results go to the folder named first (default out/device).
#   bench/device/check.sh [FOLDER]
set -eu
out=${1:-out/device}
mkdir -p "$out"
node dist/cli/graybox.js doctor | tee "$out/doctor.txt"
GRAYBOX_DEVICES=cuda npx vitest run test/engine/cuda/card.test.ts --maxWorkers=1 2>&1 | tee "$out/contract.txt"
node dist/bench/kkt-device.js | tee "$out/kkt.txt"
# PyTorch is half a gigabyte and more, which nobody carries there: beside it where the machine has it.
peer=
if python3 -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then peer='--python python3'; fi
# shellcheck disable=SC2086
node dist/bench/device/timings.js $peer --json "$out/timings.jsonl" | tee "$out/timings.txt"
