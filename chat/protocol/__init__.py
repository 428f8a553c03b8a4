"""The socket's protocol (docs/protocol.md) as code: commands of clients, events for them, and decoding."""
