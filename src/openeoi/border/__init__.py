"""The inspection post: inspection procedure, document status, decision and its reasons."""
