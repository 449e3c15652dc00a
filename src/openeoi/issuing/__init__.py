"""The issuing office: application, enrolment, personalisation, hand-over, activation, loss, revocation."""
