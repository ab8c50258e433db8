"""Walking a complaint along its course, and looking at its limits."""


def clock(complaint, kind):
    """The latest clock of a kind."""
    return complaint.clocks.filter(kind=kind).order_by("-pk").first()


def course(complaint, at, *steps):
    for to, on in steps:
        at(complaint, to, on)
    return complaint
