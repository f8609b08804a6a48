"""What the agent costs while nothing happens: memory and processor time, as the kernel counts them."""
