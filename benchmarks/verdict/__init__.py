"""Measures the decision procedure on simulated services of known truth: `python -m benchmarks.verdict`."""
