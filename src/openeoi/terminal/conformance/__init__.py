"""Conformance tests of travel-document chips: the catalogue of BSI TR-03105-3.2 and our own cases for what it leaves out.

`catalogue` says what is tested, `units` how, `document` learns what the chip has, `runner` gives verdicts, `report` shows them.
"""
