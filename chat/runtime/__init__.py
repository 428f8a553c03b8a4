"""Infrastructure that knows nothing of rooms: threads, connections, the channel layer, rate limits."""
