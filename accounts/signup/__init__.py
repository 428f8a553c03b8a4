"""The ways to an account: signing up, invitations, OpenID Connect, proof of an address."""
