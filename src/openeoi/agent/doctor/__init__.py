"""The doctor: what keeps this computer, its reader or this card from working, and the next step for each.

Three layers. `probes` look (programs, files, sockets, the card) and write down facts; `rules` turn facts into diagnoses without
touching anything; `catalogue` lists every diagnosis there is. Texts are translations, so that the command, the page and the
holder's guide say the same. Nothing here sends a PIN, needs root, or names a person.
"""
