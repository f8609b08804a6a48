"""The main job, end to end on one machine: `edge-orch demo`. Every process and every socket is real."""
