"""Personal data in lists: enough to recognise somebody whom one knows, too little to collect (handbook §9)."""

# A mobile number keeps its first three and last four digits, as the field writes it: 138****1234.
PHONE_HEAD, PHONE_TAIL = 3, 4


def masked_phone(phone: str) -> str:
    """`138****1234`; a number too short to keep both ends is hidden whole."""
    if len(phone) <= PHONE_HEAD + PHONE_TAIL:
        return "*" * len(phone)
    return phone[:PHONE_HEAD] + "*" * (len(phone) - PHONE_HEAD - PHONE_TAIL) + phone[-PHONE_TAIL:]


def masked_name(name: str) -> str:
    """The family name, the rest hidden: `李**`."""
    return name[:1] + "*" * (len(name) - 1)
