"""The protocol of the socket (docs/protocol.md) as code: commands of clients, events for them, and decoding."""
