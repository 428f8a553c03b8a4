"""Every write of chat: check, write, publish after the commit."""
