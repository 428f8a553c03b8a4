"""Pages for requests that end in an error."""
