"""The engine beside a loop written by hand for the same job, on the same data, in the same process."""
