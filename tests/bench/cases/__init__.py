"""One question per file; ``run(truth)`` yields the measures that answer it."""
