"""The web kit: page frame, sessions, forms, translations, static files; it knows no office."""
