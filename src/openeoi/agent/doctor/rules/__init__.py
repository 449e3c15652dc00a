"""From facts to diagnoses. A rule reads facts and nothing else."""
