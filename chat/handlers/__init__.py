"""Handlers of commands, one file for each noun of the protocol: authorise, call a service, acknowledge."""
