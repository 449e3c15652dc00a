"""The point of care: proof that a card lies at the counter, what its holder is insured for, and who looked at what.

This side never sees a face, a fingerprint, a machine readable zone or an EMŠO. It knows a person by the insured number that its
own insurer gave, found by the number in the certificate, and tells others only a pairwise identifier.
"""
