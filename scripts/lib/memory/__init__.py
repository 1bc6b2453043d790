"""The measurements behind scripts/memory: the smallest heaps, and the time for each item."""
