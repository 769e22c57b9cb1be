#!/bin/sh
# Everything that needs an NVIDIA card, on a machine that has one: the engine contract suite, the faults, then timings beside
# their floors. Run in a checkout after `npm ci && npm run build`; results go to the folder named first (default out/device).
#   bench/device/check.sh [FOLDER]
set -eu
out=${1:-out/device}
mkdir -p "$out"
node dist/cli/graybox.js doctor | tee "$out/doctor.txt"
GRAYBOX_DEVICES=cuda npx vitest run test/engine/cuda/card.test.ts --maxWorkers=1 2>&1 | tee "$out/contract.txt"
node dist/bench/device/timings.js --json "$out/timings.jsonl" | tee "$out/timings.txt"
