"""Work that every server does by itself, and write-behind buffers."""
