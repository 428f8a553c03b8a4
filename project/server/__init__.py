"""Our Daphne, and the Valkey that it starts if none is configured."""
