"""What the benchmarks share: timing in turns, processes, the machine's limits, reports."""
