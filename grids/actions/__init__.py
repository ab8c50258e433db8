"""Writing areas, people and posts: the one door for pages, API, admin and commands."""

from grids.actions.access import end_session, lift_lock, log_out_everywhere, make_token, revoke_token
from grids.actions.accounts import add_officer, change_officer, close_account, give_password, reopen_account
from grids.actions.areas import (
    approve_grid,
    find_area,
    give_localities,
    load_district,
    next_grid_code,
    propose_grid,
    return_grid,
    set_outline,
)
from grids.actions.certificates import renew_certificate, withdraw_certificate
from grids.actions.handover import hand_over
from grids.actions.invitations import accept_invitation, find_invitation, invite, revoke_invitation
from grids.actions.letters import fits_letters, record_signature, request_letters, withdraw_signature
from grids.actions.passwords import change_password, keep_password
from grids.actions.posts import call_off_posting, end_posting, post_officer, stand_in
from grids.actions.rotation import swap_posts, swappable_from
from grids.actions.support import end_support, link_cadre, open_service_station
from grids.actions.teams import change_team

__all__ = [
    "accept_invitation",
    "add_officer",
    "approve_grid",
    "call_off_posting",
    "change_officer",
    "change_password",
    "change_team",
    "close_account",
    "end_posting",
    "end_session",
    "end_support",
    "find_area",
    "find_invitation",
    "fits_letters",
    "give_localities",
    "give_password",
    "hand_over",
    "invite",
    "keep_password",
    "lift_lock",
    "link_cadre",
    "load_district",
    "log_out_everywhere",
    "make_token",
    "next_grid_code",
    "open_service_station",
    "post_officer",
    "propose_grid",
    "record_signature",
    "renew_certificate",
    "reopen_account",
    "request_letters",
    "return_grid",
    "revoke_invitation",
    "revoke_token",
    "set_outline",
    "stand_in",
    "swap_posts",
    "swappable_from",
    "withdraw_certificate",
    "withdraw_signature",
]
