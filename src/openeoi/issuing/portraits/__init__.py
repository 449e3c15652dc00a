"""The parts of a drawn portrait; `issuing.sample_portrait` puts them together."""
