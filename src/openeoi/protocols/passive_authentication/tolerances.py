"""Deviations of real certificates that are read over, each by name and recorded in the result."""

from enum import StrEnum


class Tolerance(StrEnum):
    NULL_PARAMETERS_IN_ECDSA = "the ECDSA AlgorithmIdentifier carries NULL parameters (RFC 5758, 3.2 wants none)"
    COFACTOR_MISSING = "explicit curve parameters without the cofactor"
    CURVE_SEED = "explicit curve parameters with a seed"
    AUTHORITY_KEY_IDENTIFIER_MISSING = "no authority key identifier: the issuer was found by its name"
    ISSUER_NAME_DIFFERS = "the issuer's name is not spelled as in the authority's certificate"
    KEY_USAGE_MISSING = "the certificate does not say what its key may be used for"
    DIGESTS_DIFFER = "the signature uses another hash function than the message digest"
