"""Background work of every server, and write-behind buffers."""
