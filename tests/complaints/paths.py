"""Addresses and forms of one complaint's page."""


def at(complaint, *more):
    """The address of its page, or of something below it."""
    return f"/complaints/{complaint.pk}/" + "".join(f"{part}/" for part in more)


def to(complaint, state, **given):
    """What the form of a move sends, and where to."""
    return {"path": at(complaint, "to", state), "post": {"state": complaint.state, **given}}
