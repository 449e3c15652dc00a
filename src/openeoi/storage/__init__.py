"""The database kit: engine, transactions, migrations, the audit chain, atomic files; it knows no office."""
