"""Pure decisions of the controller: the core, the rollout planner, targets, interventions."""
