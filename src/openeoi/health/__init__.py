"""The point of care: presence proof, eligibility (FHIR), outage mode, the patient's access log."""
