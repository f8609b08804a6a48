"""For tests, ours and yours: virtual time, a faulty network, a simulated world, and a playbook for machines."""
