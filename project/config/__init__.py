"""Settings read from the environment, checks of an unsafe configuration, and the log."""
