"""Creation of accounts: sign-up, invitations, OpenID Connect, proof of an address."""
