"""People in rooms, for the rosters and counts of this process's tabs."""
