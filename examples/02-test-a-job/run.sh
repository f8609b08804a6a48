#!/bin/sh
set -eu
cd "$(dirname "$0")"
edge-orch test door.yaml
