"""What the standards define and pyca/cryptography lacks: key derivation, MACs, point mappings, domain parameters, randomness."""
