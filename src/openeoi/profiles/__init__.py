"""One folder per country: names, numbers, validity rules, certificate names, card parameters, languages."""
