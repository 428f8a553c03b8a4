"""Services: every write of chat. They check, write, and publish after the commit."""
