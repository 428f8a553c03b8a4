"""Accounts in chat: profiles, status, blocks, export, deletion."""
