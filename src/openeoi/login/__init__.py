"""The identity provider: OpenID Connect, levels of assurance, consent, card login in the browser."""
