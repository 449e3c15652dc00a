"""The authorities: country signing, document signers, eID and qualified certification authorities."""
