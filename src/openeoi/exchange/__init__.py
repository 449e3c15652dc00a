"""The cross-border desk: master lists, defect lists, lost and stolen documents."""
