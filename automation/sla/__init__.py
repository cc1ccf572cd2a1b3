"""Service levels: which stage is due when, by which rule, and the verdict on it."""
