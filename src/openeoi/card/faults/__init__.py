"""Faulty chips on purpose, for testers of inspection systems: a catalogue by name, each a real card with one thing wrong.

    fault.py       what an entry of the catalogue says, and what it is made of
    catalogue.py   all entries
    laboratory.py  the test state that signs them: keys and certificates out of one secret
    specimen.py    the sound content that each fault changes in one place, and how it gets onto a chip
    faulty_card.py a card with a deliberate defect in what it answers
    *_faults.py    the entries, by what they are about

Nothing here is used by a sound card.
"""
