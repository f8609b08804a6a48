#!/bin/sh
set -eu
cd "$(dirname "$0")"
edge-orch run ../../jobs/machine_temperature.yaml --input ../data/machine_temperature_sample.csv \
  --device-label machine=press-7 --only hours
