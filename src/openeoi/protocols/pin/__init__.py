"""PINs and PUKs as reference data (ISO/IEC 7816-4:2020, 11.5), in the forms that OpenSC sends to the eOI card."""
