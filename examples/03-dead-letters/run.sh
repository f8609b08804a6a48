#!/bin/sh
set -eu
cd "$(dirname "$0")"
edge-orch run ../../jobs/press_temperature.yaml --input press.log --output-dir out --device-label site=austin
cat out/dead_letters.ndjson
