"""The channel layer: envelopes between hubs, out and in."""
