"""What moderators do: mutes, bans, roles, reports."""
