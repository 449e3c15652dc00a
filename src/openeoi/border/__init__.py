"""The inspection post: is this document genuine, valid, and the one of the person who shows it? It checks documents, not people:
nothing that identifies a holder is kept, and nobody is searched for."""
