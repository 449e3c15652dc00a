"""The office's store: SQL, one transaction at a time; every reading of personal data leaves its entry in the audit chain."""

from openeoi.issuing.store.records import ApplicationRecord, DocumentRecord, Renewal, StepRecord
from openeoi.issuing.store.transaction import Store, Transaction

__all__ = ["ApplicationRecord", "DocumentRecord", "Renewal", "StepRecord", "Store", "Transaction"]
