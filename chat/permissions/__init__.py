"""Who may do what: the table of acts, and the actor of an administrative act."""
