"""Complaints, reports, clues and enquiries: who asked, what became of it, and by when it had to."""

from complaints.models.clock import Clock
from complaints.models.complaint import Attachment, Complainant, Complaint, ComplaintEvent, NumberSeries, Rating

__all__ = ["Attachment", "Clock", "Complainant", "Complaint", "ComplaintEvent", "NumberSeries", "Rating"]
