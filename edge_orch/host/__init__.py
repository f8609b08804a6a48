"""What both shells, agent and controller, need of the machine they run on. The one impure room below them."""
