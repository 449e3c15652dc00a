"""Lists of known defects of documents: the deviation list of ICAO 9303-12, 10 and the defect list of BSI TR-03129-2, 7.

Both are CMS SignedData; here is what stands inside. What it means is `protocols.passive_authentication.defects`.
"""
