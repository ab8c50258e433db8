"""The audit trail: who saw or changed what, when, from where and what for; nobody alters it unnoticed."""
