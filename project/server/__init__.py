"""Our Daphne, and the Valkey that it starts where there is none."""
